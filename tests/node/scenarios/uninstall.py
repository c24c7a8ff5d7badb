# SPDX-License-Identifier: BSD-2-Clause
"""Taken off as the README says, the node has the files it had before: no driver, no unit, no staged tree is left."""

import re

from harness import check, expect_equal, paths
from harness.file_list import differences, file_list
from harness.machine_config import undeliver
from harness.product import Product

README = paths.PROJECT / "README.md"
# What the README says stays on the disk until it is purged.
STATED = ("/opt/lib/modules/", "/opt/onload/", "/usr/local/sbin/onload_cp_server", "/usr/local/sbin/onload_stackdump",
          "/usr/local/sbin/sfptpd", "/var/lib/onload-node/")


def documented_removal():
    """The command for what stays, out of the README: what people copy is what is tried."""
    return re.search(r"^ +(rm -rf /opt/lib/modules .*)$", README.read_text(), re.MULTILINE)[1]


def same_files(promise, before, machine, stated=()):
    added, gone, changed = differences(before, file_list(machine))
    expect_equal(f"{promise}: nothing is there that was not", [path for path in added if not path.startswith(stated)], [])
    expect_equal(f"{promise}: nothing is gone, nothing is other than it was", (gone, changed), ([], []))
    return added


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
    machine.check("udevadm settle --timeout=60", 70)
    stock_again("revert --live", product, lab)
    expect_equal("revert --live: chronyd is enabled as before", product.is_enabled("chronyd.service"), "enabled")
    expect_equal("revert --live: in the same boot", machine.boot_id, boot)


def delete_the_machine_config(product, lab, stock):
    machine = product.machine
    undeliver(machine, lab.machine_config)
    machine.reboot()
    expect_equal("MachineConfig deleted: the boot after it is complete", machine.wait_booted(), "running")
    stock_again("MachineConfig deleted", product, lab)
    stays = same_files("MachineConfig deleted", stock, machine, STATED)
    check("MachineConfig deleted: what is staged stays", any(path.startswith("/opt/lib/modules/") for path in stays), stays)
    expect_equal("MachineConfig deleted: nothing of ours is in any place that is generated", product.left_behind(), [])
    machine.check(documented_removal())
    same_files("and what stays removed as documented", stock, machine)


def scenario(lab):
    machine = lab.stock(functions=2)
    product = Product(machine)
    machine.wait_booted()
    stock = file_list(machine)
    lab.deliver(machine)
    lab.stage(machine)
    machine.reboot()
    expect_equal("delivered and staged, the node is active", product.status()["state"], "active")
    without_a_reboot(product, lab)
    machine.reboot()
    expect_equal("reverted, the next boot is active again", product.status()["state"], "active")
    delete_the_machine_config(product, lab, stock)
