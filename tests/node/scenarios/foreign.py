# SPDX-License-Identifier: BSD-2-Clause
"""Functions that somebody has given to another driver are left alone and listed; the rest of the card is activated.

Cards of another vendor in the same node are not touched at all: not by the activation, by a swap that is taken back, nor by the way
back."""

from harness import check, expect_equal
from harness.exit_status import IN_TREE
from harness.product import Product
from harness.qemu import INTEL, card

STUBBED, OVERRIDDEN = "0000:00:08.2", "0000:00:08.3"
OURS = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
NOBODY = "no-such-driver"
OTHER_VENDOR = ("0000:00:09.0", "0000:00:09.1")


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


def use_the_other_card(machine):
    """With the kernel's own driver, which would take our functions as well if it found them free; it is not loaded by itself here."""
    machine.check("modprobe e1000e && udevadm settle --timeout=10 && ip link set ens9f0 up && ip address add 192.0.2.7/24 dev ens9f0")
    machine.wait_until("grep -q 1 /sys/class/net/ens9f0/carrier")


def the_other_card(machine):
    """Driver, name, index, MAC address, flags and addresses of each of its ports. A port that was ever taken away has a new index."""
    script = (f"for port in {' '.join(OTHER_VENDOR)}; do device=/sys/bus/pci/devices/$port; name=$(ls $device/net); "
              "echo $port $(basename $(readlink $device/driver)) $(cat $device/driver_override) $name $(cat $device/net/$name/{ifindex,address,flags}) "
              "$(ip -br -4 address show dev $name | tr -s ' '); done")
    return machine.check(script).splitlines()


def log_of(machine, address):
    return [line for line in machine.check("dmesg").splitlines() if address in line]


def the_others_are_activated(product, lab):
    expect_equal("the node is active, exit 0", (product.recorded_status()["state"], product.exit_status()), ("active", 0))
    expect_equal("on the staged driver", product.loaded_build_id("sfc"), product.staged_build_ids(lab.kernel)["sfc"])
    ours = {port: name for port, name in product.interfaces().items() if port not in OTHER_VENDOR}
    expect_equal("with the two ports that are ours", ours, OURS)
    expect_equal("carried by it", [binding(product.machine, address)[0] for address in OURS], ["sfc", "sfc"])


def the_foreign_ones_are_listed(product):
    left = product.status()["left_alone"]
    check("status --json lists both, with the reason",
          len(left) == 2 and STUBBED in left[0] and "pci-stub" in left[0] and OVERRIDDEN in left[1] and NOBODY in left[1], left)
    lines = product.run("status").stdout.splitlines()
    for address in (STUBBED, OVERRIDDEN):
        check(f"status lists {address} as left alone", any("left alone" in line and address in line for line in lines), "\n".join(lines))
    sentence = product.unit("onload-node.service", "Description")[0]
    check("the sentence counts only our ports", " on 2 ports (ens8f0 ens8f1)" in sentence, sentence)


def the_foreign_ones_are_as_they_were(product, case, before, logs):
    machine = product.machine
    for address in (STUBBED, OVERRIDDEN):
        expect_equal(f"{case}: {address} has its driver and override", binding(machine, address), before[address])
        expect_equal(f"{case}: no driver has touched {address}", log_of(machine, address), logs[address])
    links = machine.run("ls /run/systemd/network").stdout.split()
    check(f"{case}: no .link file for them", not any(a in link for link in links for a in (STUBBED, OVERRIDDEN)), links)


def scenario(lab):
    machine = lab.parked(functions=card(8, 0, ports=4) + card(9, 16, vendor=INTEL))
    product = Product(machine)
    give_away(machine)
    use_the_other_card(machine)
    other = the_other_card(machine)
    check("before: another vendor's card is on its own driver, one port with an address",
          len(other) == 2 and all(" e1000e " in line for line in other) and "192.0.2.7/24" in other[0], other)
    before = {address: binding(machine, address) for address in (STUBBED, OVERRIDDEN)}
    logs = {address: log_of(machine, address) for address in (STUBBED, OVERRIDDEN)}
    expect_equal("before: one is on another driver, one on none", [before[STUBBED][:2], before[OVERRIDDEN][:2]],
                 [["pci-stub", "pci-stub"], ["none", NOBODY]])
    machine.release()
    check("the boot completes without a failed unit", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    the_others_are_activated(product, lab)
    the_foreign_ones_are_listed(product)
    the_foreign_ones_are_as_they_were(product, "activated", before, logs)
    expect_equal("activated: the other vendor's card is as it was", the_other_card(machine), other)

    expect_equal("revert --live succeeds", product.run("revert --live").rc, 0)
    expect_equal("reverted: the in-tree driver carries the other two", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    the_foreign_ones_are_as_they_were(product, "reverted", before, logs)
    expect_equal("reverted: the other vendor's card is as it was", the_other_card(machine), other)

    machine.push(lab.faulty_driver("INIT_FAILS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    expect_equal("a broken driver: apply --live takes it back", product.run("apply --live").rc, IN_TREE)
    expect_equal("taken back: the in-tree driver carries ours", [binding(machine, address)[0] for address in OURS], ["sfc", "sfc"])
    expect_equal("taken back: the other vendor's card is as it was", the_other_card(machine), other)
    names = [line for line in product.run("nics").stdout.splitlines() if any(address in line for address in OTHER_VENDOR)]
    expect_equal("nics does not list it", names, [])
