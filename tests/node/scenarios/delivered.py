# SPDX-License-Identifier: BSD-2-Clause
"""What is on the node is what butane rendered, byte for byte; removed again, the node boots as it did before."""

from harness import check, expect_equal
from harness.machine_config import content_differences, undeliver
from harness.product import Product

# What the machine-config daemon, systemd and udev write for themselves while a node lives.
OF_OTHERS = "/etc/(machine-id|mtab|resolv.conf|ld.so.cache|adjtime|\\.updated|systemd/system-preset)"
# Staged, not delivered: they stay until they are purged.
STAGED = ("/usr/local/sbin/onload_cp_server", "/usr/local/sbin/sfptpd")


def files_of(machine):
    """Path and digest (or link target) of every file that a MachineConfig could own."""
    return set(machine.check(
        "{ find /etc /usr/local -xdev -type f -exec sha256sum {} +; find /etc /usr/local -xdev -type l -printf '%l  %p\\n'; } | "
        f"grep -vE '  {OF_OTHERS}' | sort"
    ).splitlines())


def everything_arrived(lab, machine):
    expect_equal("every file and unit has the bytes and mode that were rendered",
                 content_differences(machine, lab.machine_config), [])
    expect_equal("the unit will run at every boot", Product(machine).is_enabled("onload-node.service"), "enabled")


def the_node_is_active(product):
    machine = product.machine
    check("the boot after the delivery completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    expect_equal("and the node is active", product.status()["state"], "active")
    expect_equal("without a configured name its ports keep theirs", product.names(), ["ens8f0", "ens8f1"])


def the_node_is_stock_again(product, lab, stock_files):
    machine = product.machine
    check("the boot after the removal completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    left = {line for line in files_of(machine) - stock_files if not line.endswith(STAGED)}
    expect_equal("nothing of ours is left in /etc and /usr/local", left, set())
    expect_equal("and nothing that was there is gone", stock_files - files_of(machine), set())
    expect_equal("nothing of ours is in any place we write to", product.left_behind(), [])
    expect_equal("the in-tree driver carries the ports", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal("with their own names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal("chronyd keeps the clock", product.unit("chronyd.service", "ActiveState")[0], "active")
    expect_equal("and is enabled as before", product.is_enabled("chronyd.service"), "enabled")


def scenario(lab):
    machine = lab.stock_booted(functions=2)
    product = Product(machine)
    stock_files = files_of(machine)
    lab.deliver(machine)
    everything_arrived(lab, machine)
    lab.stage(machine)
    machine.reboot()
    the_node_is_active(product)
    undeliver(machine, lab.machine_config)
    machine.reboot()
    the_node_is_stock_again(product, lab, stock_files)
