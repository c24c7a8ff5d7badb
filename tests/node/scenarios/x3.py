# SPDX-License-Identifier: BSD-2-Clause
"""A card of another series, whose driver the kernel does not have, is left alone as long as nobody asks for it. Named in the
configuration, its driver is loaded before Onload, its ports keep their names, and the sfc ports beside it get what they always get.

The driver is a fixture, and so are the card's identifiers: Xilinx's subsystem vendor on an emulated card."""

from harness import check, expect_equal
from harness.product import Product
from harness.qemu import XILINX, card

SFC = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
X3 = "0000:00:09.0"
WITH_X3 = '[driver]\nreplace = ["sfc", "xilinx_efct"]\nload = ["xilinx_efct", "sfc", "onload"]\n[guard]\nsettle = "3s"\n'


def stage_x3(lab, machine):
    machine.push(lab.x3_driver(), f"/opt/lib/modules/{lab.kernel}/extra/xilinx_efct.ko")
    machine.check(f"depmod -b /opt {lab.kernel} 2>/dev/null")


def drivers(machine):
    script = f"cd /sys/bus/pci/devices; for port in {' '.join([*SFC, X3])}; do basename $(readlink $port/driver || echo none); done"
    return machine.check(script).split()


def boot(lab, product, toml="", staged=None, x3_staged=True, breakage="true"):
    machine = product.machine
    machine.loadvm("parked")
    machine.check(breakage)
    if x3_staged:
        stage_x3(lab, machine)
    if staged:
        machine.push(staged, f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    if toml:
        product.configure(toml)
    machine.release()
    machine.wait_booted()


def unasked(lab, product):
    boot(lab, product)
    expect_equal("not asked for: the sfc ports are activated, nothing else", (product.recorded_status()["state"], drivers(product.machine)),
                 ("active", ["sfc", "sfc", "none"]))
    check("not asked for: its module is not loaded", not product.machine.run("test -e /sys/module/xilinx_efct").ok)


def asked_for(lab, product):
    boot(lab, product, WITH_X3)
    machine = product.machine
    expect_equal("asked for: each port has its driver", drivers(machine), ["sfc", "sfc", "xilinx_efct"])
    status = product.recorded_status()
    expect_equal("asked for: the node is active", (status["state"], status["reason_code"]), ("active", "as-wanted"))
    names = product.interfaces()
    expect_equal("asked for: the sfc ports keep their names", {port: names.get(port) for port in SFC}, SFC)
    log = product.journal()
    loads = [line.split()[2] for line in log.splitlines() if line.startswith("done: load ")]
    check("asked for: its driver is loaded before Onload", loads.index("xilinx_efct") < loads.index("onload"), loads)
    check("asked for: nobody waits for a driver that the kernel does not have", "waiting for the in-tree driver" not in log, log)
    check("asked for: the boot is confirmed", product.becomes_confirmed(), log)
    expect_equal("asked for: nothing is left to do", product.run("plan").stdout, "nothing to do: the node is as configured\n")
    lines = [line for line in product.run("status").stdout.splitlines() if X3 in line]
    check("asked for: status shows the port and its driver", len(lines) == 1 and "xilinx_efct" in lines[0], lines)
    return names[X3]


def is_taken_back(product, name):
    machine = product.machine
    expect_equal("revert --live works", product.run("revert --live").rc, 0)
    expect_equal("reverted: it has no driver again, the others the kernel's", drivers(machine), ["sfc", "sfc", "none"])
    expect_equal("apply --live works", product.run("apply --live").rc, 0)
    expect_equal("swapped live: the port has its name again", product.interfaces().get(X3), name)


def with_a_broken_sfc(lab, product):
    boot(lab, product, WITH_X3, lab.faulty_driver("INIT_FAILS"))
    status = product.recorded_status()
    expect_equal("sfc is broken: its ports are back on the in-tree driver", drivers(product.machine), ["sfc", "sfc", "none"])
    expect_equal("sfc is broken: a port without a driver is told", (status["state"], status["reason_code"]), ("failed", "no-driver"))
    check("sfc is broken: which one, and why", X3 in status["reason"] and "sfc" in status["reason"], status["reason"])


def in_a_pool_that_is_not_all_alike(lab, product):
    boot(lab, product, WITH_X3, breakage=f"echo 1 >/sys/bus/pci/devices/{X3}/remove")
    expect_equal("no such card: the sfc ports are activated", (product.recorded_status()["state"], product.interfaces()), ("active", SFC))
    boot(lab, product, WITH_X3, x3_staged=False)
    status = product.recorded_status()
    expect_equal("its driver is not staged: the sfc ports are on the in-tree driver", drivers(product.machine), ["sfc", "sfc", "none"])
    check("its driver is not staged: that is told", "module xilinx_efct is not in the staged tree" in status["reason"], status["reason"])


def scenario(lab):
    machine = lab.parked(functions=card(8, 0) + card(9, 16, ports=1, vendor=XILINX))
    product = Product(machine)
    unasked(lab, product)
    name = asked_for(lab, product)
    is_taken_back(product, name)
    with_a_broken_sfc(lab, product)
    in_a_pool_that_is_not_all_alike(lab, product)
