# SPDX-License-Identifier: BSD-2-Clause
"""Without any registry: from an archive, a tar file or a directory to the driver, which the next boot has."""

import hashlib
import lzma
import subprocess
import time

from harness import check, expect_equal, timed
from harness.module_images import LIBRARY, docker_archive, everything, oci_archive, tar_of
from harness.product import STAGED_MODULES
from harness.staging import StagingNode

FOLDER = "/root/images"


def expected_content(files, kernel):
    """What has to be on the node afterwards, by digest; the index is the node's own depmod's."""
    digest = lambda content: hashlib.sha256(content).hexdigest()  # noqa: E731
    wanted = {path: digest(content) for path, content in files.items() if f"{kernel}/extra/" in path}
    wanted |= {path: content if isinstance(content, str) else digest(content)
               for path, content in files.items() if path.startswith("opt/onload/")}
    programs = {"onload_cp_server": "opt/onload/sbin/onload_cp_server", "sfptpd": "usr/sbin/sfptpd"}
    return wanted | {f"usr/local/sbin/{name}": digest(files[path]) for name, path in programs.items()}


def without_index(content):
    return {path: digest for path, digest in content.items() if "/modules." not in path}


def bring(machine, name, data):
    machine.write(f"{FOLDER}/{name}", data)
    return f"{FOLDER}/{name}"


def sources(machine, files):
    """Every form of the same image, and how it is named."""
    tar = tar_of(files)
    zstd = subprocess.run(["zstd", "-qc"], input=tar, capture_output=True, timeout=60, check=True).stdout
    machine.check(f"mkdir -p {FOLDER}/folder")
    machine.check(f"tar -x -C {FOLDER}/folder", 60, tar)
    yield "an OCI archive", f"oci-archive:{bring(machine, 'oci.tar', oci_archive(files))}"
    yield "a docker archive", f"docker-archive:{bring(machine, 'docker.tar', docker_archive(files))}"
    yield "a tar file", bring(machine, "plain.tar", tar)
    yield "a tar file packed by xz", bring(machine, "plain.tar.xz", lzma.compress(tar))
    yield "a tar file packed by zstd", bring(machine, "plain.tar.zst", zstd)
    yield "a directory", f"{FOLDER}/folder"


def staged_from(node, what, source, wanted, kernel):
    node.forget()
    with timed(f"staging from {what}"):
        done = node.stage(source)
    check(f"{what}: it is staged", done.rc == 0 and f"staged: modules for kernel {kernel}" in done.stdout, done)
    check(f"{what}: its modules were verified", f"kernel {kernel}: 4 modules, they would load" in done.stdout, done.stdout)
    expect_equal(f"{what}: what is staged is what was in it", without_index(node.content()), wanted)
    expect_equal(f"{what}: and nothing else is left", node.left_of_staging(), [])


def told_by_trees(node, source, kernel):
    document = node.trees()
    tree = document["trees"][0]
    expect_equal("trees tells the kernel, where it came from and that it would load",
                 [tree["kernel"], tree["source"], tree["verdict"], tree["running"]], [kernel, source, "passed", True])
    expect_equal("and the versions, also of the user libraries",
                 [{m["name"]: m["version"] for m in tree["modules"]}["onload"], document["user_libraries"]["version"]],
                 ["8.1.2.26", "8.1.2.26"])


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
    end = time.monotonic() + 30
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
    node.machine.check("timeout 120 bash -c 'while systemctl is-active -q onload-node-stage; do sleep 0.5; done'", 130)
    said = node.machine.check("journalctl -b -u onload-node-stage.service -o cat --no-pager")
    check("the unit stages what is configured", f"staged: modules for kernel {kernel}" in said, said)
    expect_equal("and ends well", node.unit("onload-node-stage.service", "Result"), ["success"])
    check("the status knows of it", becomes_known(node, kernel), node.recorded_status()["staged"])
    said = node.machine.check("journalctl -b -u onload-node-refresh.service -o cat --no-pager")
    check("the look that was begun anew for it counts as no failure", "Failed with result" not in said, said)
    without_it(node.machine)
    active_after_reboot(node, kernel, "by the unit")
    node.machine.check("timeout 60 bash -c 'while systemctl is-active -q onload-node-stage; do sleep 0.5; done'", 70)
    said = node.machine.check("journalctl -b -u onload-node-stage.service -o cat --no-pager")
    check("then there is nothing to stage", "nothing to stage: what is configured is staged" in said, said)


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    files = everything(lab.kernel)
    wanted = expected_content(files, lab.kernel)
    check("the images tell which Onload they are of", b"8.1.2.26" in LIBRARY)
    for what, source in sources(node.machine, files):
        staged_from(node, what, source, wanted, lab.kernel)
    told_by_trees(node, f"{FOLDER}/folder", lab.kernel)
    active_after_reboot(node, lab.kernel, "from a directory")
    by_the_unit(node, f"oci-archive:{FOLDER}/oci.tar", lab.kernel)
