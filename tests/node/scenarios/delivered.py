# SPDX-License-Identifier: BSD-2-Clause
"""What is on the node is what butane rendered, byte for byte; deleted again, the node boots as it did before.

What is staged stays then; removed by hand as packaging/docs/removing.md says, nothing at all is left."""

from harness import check, expect_equal
from harness.file_list import file_list
from harness.machine_config import content_differences, undeliver
from harness.product import Product
from harness.removal import STAYS, documented_removal, same_files


def everything_arrived(lab, machine):
    expect_equal("every file and unit has the bytes and mode that were rendered",
                 content_differences(machine, lab.machine_config), [])
    expect_equal("the unit will run at every boot", Product(machine).is_enabled("onload-node.service"), "enabled")


def the_node_is_active(product):
    machine = product.machine
    check("the boot after the delivery completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    expect_equal("and the node is active", product.status()["state"], "active")
    expect_equal("without a configured name its ports keep theirs", product.names(), ["ens8f0", "ens8f1"])


def the_node_is_stock_again(product, lab, stock):
    machine = product.machine
    check("the boot after the removal completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    stays = same_files("MachineConfig deleted", stock, machine, STAYS)
    check("MachineConfig deleted: what is staged stays", any(path.startswith("/opt/lib/modules/") for path in stays), stays)
    expect_equal("nothing of ours is in any place we write to", product.left_behind(), [])
    expect_equal("the in-tree driver carries the ports", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal("with their own names", product.names(), ["ens8f0", "ens8f1"])
    check("no module of ours is loaded", not machine.run("ls -d /sys/module/onload /sys/module/sfc_char").ok)
    expect_equal("chronyd keeps the clock", product.unit("chronyd.service", "ActiveState")[0], "active")
    expect_equal("and is enabled as before", product.is_enabled("chronyd.service"), "enabled")
    check("nothing is called sfptpd", not machine.run("pgrep -x sfptpd").ok)


def scenario(lab):
    machine = lab.stock_booted(functions=2)
    product = Product(machine)
    stock = file_list(machine)
    lab.deliver(machine)
    everything_arrived(lab, machine)
    lab.stage(machine)
    machine.reboot()
    the_node_is_active(product)
    undeliver(machine, lab.machine_config)
    machine.reboot()
    the_node_is_stock_again(product, lab, stock)
    machine.check(documented_removal())
    same_files("and what stays removed as documented", stock, machine)
