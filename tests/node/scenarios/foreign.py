# SPDX-License-Identifier: BSD-2-Clause
"""Functions that somebody has given to another driver are left alone and listed; the rest of the card is activated."""

from harness import check, expect_equal
from harness.product import Product

STUBBED, OVERRIDDEN = "0000:00:08.2", "0000:00:08.3"
OURS = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
NOBODY = "no-such-driver"


def give_away(machine):
    """As an administrator gives functions to virtual machines, before anything else uses them."""
    devices = "/sys/bus/pci/devices"
    machine.check(
        f"modprobe pci-stub && echo pci-stub >{devices}/{STUBBED}/driver_override && "
        f"echo {STUBBED} >{devices}/{STUBBED}/driver/unbind && echo {STUBBED} >/sys/bus/pci/drivers/pci-stub/bind && "
        f"echo {NOBODY} >{devices}/{OVERRIDDEN}/driver_override && echo {OVERRIDDEN} >{devices}/{OVERRIDDEN}/driver/unbind && "
        "udevadm settle"
    )


def binding(machine, address):
    """(driver, driver_override, enabled by a driver how often, interfaces)"""
    device = f"/sys/bus/pci/devices/{address}"
    return machine.check(
        f"echo $(basename $(readlink {device}/driver || echo none)) $(cat {device}/driver_override) $(cat {device}/enable) "
        f"$(ls {device}/net 2>/dev/null)"
    ).split()


def log_of(machine, address):
    return [line for line in machine.check("dmesg").splitlines() if address in line]


def the_others_are_activated(product, lab):
    expect_equal("the node is active, exit 0", (product.recorded_status()["state"], product.exit_status()), ("active", 0))
    expect_equal("on the staged driver", product.loaded_build_id("sfc"), product.staged_build_ids(lab.kernel)["sfc"])
    expect_equal("with the two ports that are ours", product.interfaces(), OURS)
    expect_equal("carried by it", [binding(product.machine, address)[0] for address in OURS], ["sfc", "sfc"])


def the_foreign_ones_are_listed(product):
    left = product.status()["left_alone"]
    check("status --json lists both, with the reason",
          len(left) == 2 and STUBBED in left[0] and "pci-stub" in left[0] and OVERRIDDEN in left[1] and NOBODY in left[1], left)
    lines = product.run("status").stdout.splitlines()
    for address in (STUBBED, OVERRIDDEN):
        check(f"status lists {address} as left alone", any("left alone" in line and address in line for line in lines), "\n".join(lines))
    sentence = product.unit("onload-node.service", "StatusText")[0]
    check("the sentence counts only our ports", " on 2 ports (ens8f0 ens8f1)" in sentence, sentence)


def the_foreign_ones_are_as_they_were(product, case, before, logs):
    machine = product.machine
    for address in (STUBBED, OVERRIDDEN):
        expect_equal(f"{case}: {address} has its driver and override", binding(machine, address), before[address])
        expect_equal(f"{case}: no driver has touched {address}", log_of(machine, address), logs[address])
    links = machine.run("ls /run/systemd/network").stdout.split()
    check(f"{case}: no .link file for them", not any(a in link for link in links for a in (STUBBED, OVERRIDDEN)), links)


def scenario(lab):
    machine = lab.parked(functions=4)
    product = Product(machine)
    give_away(machine)
    before = {address: binding(machine, address) for address in (STUBBED, OVERRIDDEN)}
    logs = {address: log_of(machine, address) for address in (STUBBED, OVERRIDDEN)}
    expect_equal("before: one is on another driver, one on none", [before[STUBBED][:2], before[OVERRIDDEN][:2]],
                 [["pci-stub", "pci-stub"], ["none", NOBODY]])
    machine.release()
    check("the boot completes without a failed unit", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    the_others_are_activated(product, lab)
    the_foreign_ones_are_listed(product)
    the_foreign_ones_are_as_they_were(product, "activated", before, logs)

    expect_equal("revert --live succeeds", product.run("revert --live").rc, 0)
    expect_equal("reverted: the in-tree driver carries the other two", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    the_foreign_ones_are_as_they_were(product, "reverted", before, logs)
