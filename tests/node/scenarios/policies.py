# SPDX-License-Identifier: BSD-2-Clause
"""Each policy names the ports as it says; names stay with cards that move, and go to cards that replace others.

Two of seven combinations of policies; with --full all of them, changes of cards, all at once and one by one, ports that are up since
the initrd, and net.ifnames=0. Changes of cards are in the simulation and in names-property by default."""

from harness import check, expect_equal, note, tried
from harness.exit_status import IN_TREE
from harness.product import SEQUENTIAL, Product
from harness.qemu import card

BY_MAC = '[[names.port]]\nmatch = { mac = "00:0f:53:00:00:03" }\nname = "trade0"\n'
OTHER_WAY_ROUND = (
    '[[names.port]]\nmatch = { pci = "0000:00:08.0" }\nname = "ens8f1"\n'
    '[[names.port]]\nmatch = { pci = "0000:00:08.1" }\nname = "ens8f0"\n'
)
CASES = {
    "preserve": ("", ["ens8f0", "ens8f1", "ens8f2", "ens8f3"]),
    "sequential": (SEQUENTIAL, ["sf0", "sf1", "sf2", "sf3"]),
    "sequential, one written down": (SEQUENTIAL + BY_MAC, ["sf0", "sf1", "sf2", "trade0"]),
    "explicit": ('[names]\npolicy = "explicit"\n' + BY_MAC, ["ens8f0np0", "ens8f1np1", "ens8f2np2", "trade0"]),
    "off": ('[names]\npolicy = "off"\n', ["ens8f0np0", "ens8f1np1", "ens8f2np2", "ens8f3np3"]),
    "off, one written down": ('[names]\npolicy = "off"\n' + BY_MAC, ["ens8f0np0", "ens8f1np1", "ens8f2np2", "trade0"]),
    "names that change places": (OTHER_WAY_ROUND, ["ens8f1", "ens8f0", "ens8f2", "ens8f3"]),
}
# Each of the others is a part of one of these, or has a boot in another scenario.
SHORT = ("sequential, one written down", "names that change places")
A, B, C, D = 0, 16, 32, 48  # the first MAC of each card
UP_IN_INITRD = ["onload_node_test.sfc_in_initrd", "onload_node_test.up_in_initrd"]


def active(product, case, names):
    machine = product.machine
    machine.wait_booted()
    status = product.status()
    expect_equal(f"{case}: active on the staged driver", (status["state"], status["reason_code"], product.out_of_tree("sfc")),
                 ("active", "as-wanted", True))
    expect_equal(f"{case}: the names", product.interfaces() if isinstance(names, dict) else product.names(), names)
    plan = product.run("plan")
    expect_equal(f"{case}: a second planning changes nothing", (plan.rc, plan.stdout), (0, "nothing to do: the node is as configured\n"))


def every_policy(lab):
    machine = lab.parked(functions=4, name="parked")
    product = Product(machine)
    cases = CASES if lab.full else SHORT
    tried(f"{len(cases)} of {len(CASES)} policies")
    for case in cases:
        toml, names = CASES[case]
        machine.loadvm("parked")
        product.configure(toml)
        machine.release()
        active(product, case, names)
        if case.startswith("sequential"):
            expect_equal(f"{case}: the old names lead to the ports", product.alternative_names().get("sf1"), ["enp0s8f1", "ens8f1"])
    machine.power_cut()


def ports(slot, *names):
    return {f"0000:00:{slot:02x}.{number}": name for number, name in enumerate(names)}


UNSEEN = ["modprobe.blacklist=sfc"]


def cards_come_and_go(lab):
    """The in-tree driver does not see the cards first: their names come from what is remembered alone."""
    machine = lab.delivered(functions=card(8, A) + card(9, B) + card(10, C), name="cards")
    product = Product(machine)
    machine.wait_booted()
    machine.restart(functions=card(8, B) + card(9, A) + card(10, D), kernel_arguments=UNSEEN)
    active(product, "two cards have changed places, a third was replaced",
           ports(8, "ens9f0", "ens9f1") | ports(9, "ens8f0", "ens8f1") | ports(10, "ens10f0", "ens10f1"))
    machine.power_cut()


def cards_come_and_go_one_by_one(lab):
    two = card(8, A) + card(9, B)
    machine = lab.booted(functions=card(8, A), name="cards")
    product = Product(machine)
    active(product, "one card", ports(8, "ens8f0", "ens8f1"))
    machine.restart(functions=two)
    active(product, "a card was added", ports(8, "ens8f0", "ens8f1") | ports(9, "ens9f0", "ens9f1"))

    machine.restart(functions=card(8, B) + card(9, A), kernel_arguments=UNSEEN)
    active(product, "the cards have changed places, unseen by the in-tree driver", ports(8, "ens9f0", "ens9f1") | ports(9, "ens8f0", "ens8f1"))

    product.configure(SEQUENTIAL)
    machine.restart(functions=card(8, B) + card(9, A) + card(10, C), kernel_arguments=[])
    active(product, "sequential, a card was added behind", ports(8, "sf0", "sf1") | ports(9, "sf2", "sf3") | ports(10, "sf4", "sf5"))

    product.configure("")
    machine.restart(functions=card(10, B))
    active(product, "a card moved to where another was before", ports(10, "ens9f0", "ens9f1"))

    machine.restart(functions=card(9, D))
    active(product, "a card was replaced", ports(9, "ens8f0", "ens8f1"))
    note(machine.read("/var/lib/onload-node/names.toml").decode().replace("\n", " "))
    machine.power_cut()


def up_since_the_initrd(lab):
    machine = lab.parked(functions=2, kernel_arguments=UP_IN_INITRD, name="initrd")
    product = Product(machine)
    expect_equal("initrd: the ports were up before udev came", machine.check("cat /sys/class/net/ens8f0/flags /sys/class/net/ens8f1/flags").split(),
                 ["0x1003"] * 2)
    machine.release()
    active(product, "up since the initrd", ports(8, "ens8f0", "ens8f1"))
    expect_equal("up since the initrd: revert succeeds", product.run("revert --live").rc, 0)
    machine.check("udevadm settle")
    expect_equal("up since the initrd, back in-tree: the names", product.names(), ["ens8f0", "ens8f1"])
    machine.push(lab.faulty_driver("PROBE_FAILS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    machine.check("ip link set ens8f0 up && ip link set ens8f1 up")
    expect_equal("up since the initrd, fallback: apply says so", product.run("apply --live").rc, IN_TREE)
    check("up since the initrd, fallback: the in-tree driver", not product.out_of_tree("sfc"))
    expect_equal("up since the initrd, fallback: the names", product.names(), ["ens8f0", "ens8f1"])
    machine.power_cut()


def without_predictable_names(lab):
    """net.ifnames=0: what udev would call a port is switched off, what a .link file says is not."""
    machine = lab.parked(functions=2, kernel_arguments=["net.ifnames=0"], name="ifnames")
    product = Product(machine)
    product.configure(SEQUENTIAL)
    machine.release()
    active(product, "net.ifnames=0, sequential", ports(8, "sf0", "sf1"))
    machine.loadvm("parked")
    machine.release()
    machine.wait_booted()
    status = product.status()
    expect_equal("net.ifnames=0, preserve: degraded", (status["state"], status["reason_code"]), ("degraded", "name-missing"))
    check("net.ifnames=0, preserve: the reason says what to do", "belongs to the kernel" in status["reason"] and "names.port" in status["reason"], status["reason"])
    machine.power_cut()


def scenario(lab):
    every_policy(lab)
    if lab.full:
        cards_come_and_go(lab)
        up_since_the_initrd(lab)
        cards_come_and_go_one_by_one(lab)
        without_predictable_names(lab)
