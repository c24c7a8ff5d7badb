# SPDX-License-Identifier: BSD-2-Clause
"""A port has one name: under either driver, after the next boot, after a fallback, and after everything was taken back."""

import json

from harness import check, expect_equal, note
from harness.exit_status import IN_TREE
from harness.product import Product

NAMES = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
# What the in-tree driver's ports are called beside their names on a stock node.
ALTNAMES = {"ens8f0": ["enp0s8f0"], "ens8f1": ["enp0s8f1"]}
RECORD = "/var/lib/onload-node/names.toml"
WAITED = "waiting for the in-tree driver"


def named(product, case, driver):
    expect_equal(f"{case}: the {driver} driver is on", "out-of-tree" if product.out_of_tree("sfc") else "in-tree", driver)
    expect_equal(f"{case}: the names", product.interfaces(), NAMES)
    expect_equal(f"{case}: the alternative names", product.alternative_names(), ALTNAMES)


def nics_tell_all(product):
    text = product.run("nics")
    lines = text.stdout.splitlines()
    expect_equal("nics: a head and two lines a port, and what it is called beside its name", (text.rc, len(lines)), (0, 7))
    check("nics: the port in a line", lines[1].split()[:4] == ["0000:00:08.0", "ens8f0", "sfc", "00:0f:53:00:00:00"], lines[1])
    nics = json.loads(product.run("nics --json").stdout)["nics"]
    expect_equal("nics --json: both ports", {nic["pci"]: nic["interface"] for nic in nics}, NAMES)
    expect_equal("nics --json: what the staged driver calls the ports", [nic["phys_port_name"] for nic in nics], ["p0", "p1"])
    expect_equal("nics --json: physical functions of no virtual ones", {(nic["kind"], nic["parent"]) for nic in nics}, {("pf", "")})
    expect_equal("nics --json: alternative names", [nic["altnames"] for nic in nics], [["enp0s8f0"], ["enp0s8f1"]])
    expect_equal("nics --json: whose names they are", [nic["name"]["reason"] for nic in nics], ["remembered for this port"] * 2)
    expect_equal("nics --json: cards without VPD say nothing of themselves", {(nic["part"], nic["serial"]) for nic in nics}, {("", "")})


def next_boot_without_the_in_tree_driver(product):
    """What a blacklist does always, and the race with coldplug now and then."""
    machine = product.machine
    machine.restart(kernel_arguments=["modprobe.blacklist=sfc"])
    machine.wait_booted()
    check("next boot: the in-tree driver never came", "fixture in-tree" not in machine.check("dmesg"))
    named(product, "next boot, in-tree kept away", "out-of-tree")
    expect_equal("next boot: active", product.recorded_status()["state"], "active")
    check("next boot: nothing was waited for", WAITED not in product.journal(), product.journal())


def forced_fallback(product, lab):
    machine = product.machine
    machine.push(lab.faulty_driver("PROBE_FAILS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    expect_equal("fallback: apply says that it did not work", product.run("apply --live").rc, IN_TREE)
    named(product, "fallback", "in-tree")


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    named(product, "first boot", "out-of-tree")
    check("first boot: the in-tree driver was there first", "fixture in-tree" in machine.check("dmesg"))
    note(machine.read(RECORD).decode().replace("\n", " "))
    nics_tell_all(product)
    record = machine.read(RECORD)
    next_boot_without_the_in_tree_driver(product)
    expect_equal("what was remembered has not changed", machine.read(RECORD), record)

    expect_equal("revert succeeds", product.run("revert --live").rc, 0)
    machine.check("udevadm settle")
    named(product, "reverted", "in-tree")
    forced_fallback(product, lab)
