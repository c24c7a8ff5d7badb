# SPDX-License-Identifier: BSD-2-Clause
"""Without any registry: from an archive to the staged modules. The boot after it is in `first-boot`.

All other forms, a directory among them, are tried natively, by `image-forms`; with --full here, too, and so is that boot."""

import time

from harness import check, expect_equal
from harness.image_forms import ARCHIVES, Forms, told_by_trees
from harness.machine import PATIENCE
from harness.module_images import everything
from harness.product import STAGED_MODULES
from harness.refused_images import Refusals, bad_archives
from harness.staging import StagingNode


def bad_ones_are_refused(node):
    """Two of those that `stage-errors` tries natively."""
    refusals = Refusals(node)
    cases = {case: rest for case, *rest in bad_archives(refusals.kernel, refusals.files)}
    for case in ("a link out of its tree", "modules that would not load"):
        data, *words = cases[case]
        refusals.refused(case, refusals.bring("bad", data), *words)


def active_after_reboot(node, kernel, what):
    node.machine.reboot()
    status = node.status()
    expect_equal(f"{what}: the next boot is active", status["state"], "active")
    expect_equal(f"{what}: the kernel has the staged modules",
                 {module: node.loaded_build_id(module) for module in STAGED_MODULES}, node.staged_build_ids(kernel))
    tree = node.trees()["trees"][0]
    check(f"{what}: trees says that it is in use", tree["in_use"], tree)


def with_a_look_under_way(machine):
    """The status is being looked at when the unit begins, and that run lasts until after its end."""
    machine.write("/etc/systemd/system/onload-node-refresh.service.d/slow.conf", "[Service]\nExecStartPost=/bin/sleep 10\n")
    machine.write("/etc/systemd/system/onload-node-stage.service.d/look.conf",
                  "[Service]\nExecStartPre=/bin/systemctl --no-block start onload-node-refresh.service\n")


def without_it(machine):
    machine.check("rm -r /etc/systemd/system/onload-node-{refresh,stage}.service.d")


def becomes_known(node, kernel):
    """Staging has the status looked at again, and does not wait for it."""
    end = time.monotonic() + PATIENCE
    while kernel not in node.recorded_status()["staged"] and time.monotonic() < end:
        time.sleep(0.5)
    return kernel in node.recorded_status()["staged"]


def by_the_unit(node, source, kernel):
    """What is configured is staged after a boot, once."""
    node.forget()
    node.configure(f'[stage]\nsource = "{source}"\n')
    with_a_look_under_way(node.machine)
    node.machine.reboot()
    # By now the unit may have staged, and the status says what the next boot will do.
    said = node.machine.check("journalctl -b -u onload-node.service -o cat --no-pager")
    check("without a tree the boot stays in-tree", f"nothing is staged for kernel {kernel}" in said, said)
    expect_equal("with the kernel's own driver", node.loaded_build_id("sfc"), node.in_tree_build_id(kernel))
    check("the unit comes to its end", node.machine.wait_until("! systemctl is-active -q onload-node-stage"))
    said = node.machine.check("journalctl -b -u onload-node-stage.service -o cat --no-pager")
    check("the unit stages what is configured", f"staged: modules for kernel {kernel}" in said, said)
    expect_equal("and ends well", node.unit("onload-node-stage.service", "Result"), ["success"])
    check("the status knows of it", becomes_known(node, kernel), node.recorded_status()["staged"])
    said = node.machine.check("journalctl -b -u onload-node-refresh.service -o cat --no-pager")
    check("the look that was begun anew for it counts as no failure", "Failed with result" not in said, said)
    without_it(node.machine)


def after_the_next_boot(node, kernel):
    active_after_reboot(node, kernel, "by the unit")
    check("after the next boot the unit comes to its end", node.machine.wait_until("! systemctl is-active -q onload-node-stage"))
    said = node.machine.check("journalctl -b -u onload-node-stage.service -o cat --no-pager")
    check("then there is nothing to stage", "nothing to stage: what is configured is staged" in said, said)


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    bad_ones_are_refused(node)
    forms = Forms(node, everything(lab.kernel), lab.kernel)
    if lab.full:
        for what in ARCHIVES:
            forms.staged_from(what, forms.archive(what))
        directory = forms.directory()
        forms.staged_from("a directory", directory)
        told_by_trees(node, directory, lab.kernel, running=True)
        active_after_reboot(node, lab.kernel, "from a directory")
    by_the_unit(node, forms.archive("an OCI archive"), lab.kernel)
    if lab.full:
        after_the_next_boot(node, lab.kernel)
