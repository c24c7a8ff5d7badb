# SPDX-License-Identifier: BSD-2-Clause
"""Purged and taken off, the node has the files it had before: no driver, no unit, no staged tree is left.

Without purge, and by hand, in `delivered`."""

from harness import check, expect_equal, paths
from harness.file_list import file_list
from harness.machine_config import undeliver
from harness.product import Product
from harness.removal import same_files
from harness.staging import StagingNode


def stock_again(promise, product, lab):
    expect_equal(f"{promise}: the in-tree driver carries the ports, with their names",
                 (product.loaded_build_id("sfc"), product.names()), (product.in_tree_build_id(lab.kernel), ["ens8f0", "ens8f1"]))
    check(f"{promise}: no module of ours is loaded", not product.machine.run("ls -d /sys/module/onload /sys/module/sfc_char").ok)
    expect_equal(f"{promise}: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState"), ["active"])
    check(f"{promise}: nothing is called sfptpd", not product.machine.run("pgrep -x sfptpd").ok)


def without_a_reboot(product, lab):
    """`revert --live`, on a node with the driver active."""
    machine, boot = product.machine, product.machine.boot_id
    done = product.run("revert --live")
    check("revert --live: succeeds", done.rc == 0, done.stdout + done.stderr)
    machine.check("udevadm settle --timeout=60")
    stock_again("revert --live", product, lab)
    expect_equal("revert --live: chronyd is enabled as before", product.is_enabled("chronyd.service"), "enabled")
    expect_equal("revert --live: in the same boot", machine.boot_id, boot)


def deleted(lab, product, *machine_configs):
    """The daemon's removal of each, and the reboot that follows it, which `delivered` always shows."""
    machine = product.machine
    for machine_config in machine_configs:
        undeliver(machine, machine_config)
    if not lab.full:
        return
    machine.reboot()
    expect_equal("MachineConfig deleted: the boot after it is complete", machine.wait_booted(), "running")
    stock_again("MachineConfig deleted", product, lab)
    expect_equal("MachineConfig deleted: nothing of ours is in any place that is generated", product.left_behind(), [])


def staged_by_us(lab):
    """An active node on which `stage` has put everything: by `apply`, with --full by a reboot."""
    node = StagingNode.delivered(lab, functions=2)
    machine = node.machine
    machine.push(paths.STAGED, "/srv/image/opt")
    for program in ("sfptpd", "onload_cp_server"):
        machine.push(paths.PROGRAMS / program, f"/srv/image/opt/onload/sbin/{program}")
    done = node.stage("/srv/image")
    check("stage: succeeds", done.rc == 0, done.stdout + done.stderr)
    machine.check("rm -r /srv/image")
    if lab.full:
        machine.reboot()
    else:
        machine.check("onload-node apply")
    expect_equal("staged by onload-node, the node is active", node.status()["state"], "active")
    return node


def purged(lab, stock):
    product = staged_by_us(lab)
    machine = product.machine
    tree = f"/opt/lib/modules/{lab.kernel}"
    done = product.run("purge")
    check("purge: is refused while the driver is in use, and says what to do",
          done.rc == 1 and "revert --live" in done.stderr and machine.run(f"ls {tree}/modules.dep").ok, (done.rc, done.stdout, done.stderr))
    without_a_reboot(product, lab)
    done = product.run("purge")
    named = [line.removeprefix("removed: ") for line in done.stdout.splitlines()]
    check("purge: names what it removes", done.rc == 0 and {tree, "/usr/local/sbin/sfptpd", "/var/lib/onload-node"} <= set(named),
          (done.rc, done.stdout, done.stderr))
    deleted(lab, product, lab.stage_machine_config, lab.machine_config)
    same_files("purged, then deleted", stock, machine)


def scenario(lab):
    machine = lab.stock_booted(functions=2, name="stock")
    stock = file_list(machine)
    machine.power_cut()
    purged(lab, stock)
