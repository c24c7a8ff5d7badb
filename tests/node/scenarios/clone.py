# SPDX-License-Identifier: BSD-2-Clause
"""A disk that comes from another machine, as an image of a node, starts anew: that one's names and counts are put aside, not used.

The disk of a node with names, a reached network and a guard that has tripped is started in other hardware with other cards, under the
machine-id that is on it, as after an image-based upgrade. What is staged stays. With --full, too: under another id in hardware that does
not tell who it is; and the same machine under a new id, and with another card, which keep what they have."""

import re

from harness import check, expect_equal, qemu
from harness.product import GUARD, Product

STATE = "/var/lib/onload-node"
MACHINE_ID = "/etc/machine-id"
OTHER_ID = "0123456789abcdef0123456789abcdef"
OTHER_HARDWARE = "4c4c4544-0032-3510-8057-b4c04f4d3733"
NAMES, MACHINE = f"{STATE}/names.toml", f"{STATE}/machine.toml"
# The port's own name, as if the first machine had had others.
RENAMED = "s/ens8f0/trade0/"
OTHER_CARD, THIRD_CARD = (qemu.card(qemu.FIRST_NIC_SLOT, first_mac) for first_mac in (0x20, 0x40))
FIRST_CARD = 2


def trip(machine):
    """As after two boots that died, with the set that is staged."""
    machine.check(f"grep -q attempts {GUARD} && sed -i 's/tripped = false/tripped = true/; s/^reason = .*/reason = \"it hung\"/' {GUARD}")


def text(machine, path):
    return (machine.read_if_there(path) or b"").decode()


def a_node_with_a_history(machine, product):
    """Its guard is armed while it settles; it ends by a power cut, as the image of a running node would show it."""
    product.configure('[guard]\nsettle = "1h"\n')
    machine.release()
    machine.wait_booted()
    expect_equal("first machine: it is active", product.recorded_status()["state"], "active")
    check("first machine: it is the owner of its records", "00:0f:53:00:00:00" in text(machine, MACHINE), text(machine, MACHINE))
    trip(machine)
    machine.check(f"sed -i {RENAMED} {NAMES} && echo '\"00:0f:53:00:00:00\" = true' >{STATE}/reach.toml && sync")
    # As a machine writes it whose firmware tells its UUID; this one's tells none.
    machine.check(f"grep -q ^hardware {MACHINE} && sed -i 's/^hardware = .*/hardware = \"{'5' * 16}\"/' {MACHINE}")
    kept = {name: text(machine, f"{STATE}/{name}.toml") for name in ("guard", "names", "reach")}
    return text(machine, MACHINE_ID).strip(), kept


def owner(machine):
    """What the record has of the machine's id; the id itself is not shown to others (machine-id(5))."""
    return re.search("machine = .([0-9a-f]{16})", text(machine, MACHINE))[1]


def starts(machine, functions, machine_id=None):
    """The disk as it is in a machine with these cards."""
    if machine_id:
        machine.write(MACHINE_ID, f"{machine_id}\n", 0o444)
    machine.check("sync")
    machine.power_cut()
    machine.functions = functions
    machine.start()
    machine.park()
    machine.release()
    machine.wait_booted()


def starts_anew(machine, product, kept):
    first, before = owner(machine), text(machine, MACHINE)
    machine.uuid = OTHER_HARDWARE
    starts(machine, OTHER_CARD)
    status = product.recorded_status()
    expect_equal("clone: on the staged driver, whatever the other machine has counted", (status["state"], status["guard"]["tripped"]), ("active", False))
    expect_equal("clone: its ports have names of its own", product.names(), ["ens8f0", "ens8f1"])
    notes = [note for note in status["notes"] if first in note]
    check("clone: the status says whose records there were", len(notes) == 1, status["notes"])
    expect_equal("clone: the journal says it once", product.journal().count(first), 1)
    for name, content in kept.items():
        expect_equal(f"clone: the other's {name} are put aside", text(machine, f"{STATE}/of-{first}-{name}.toml"), content)
    check("clone: the names are those of this machine's ports", "00:0f:53:00:00:20" in text(machine, NAMES) and "trade0" not in text(machine, NAMES),
          text(machine, NAMES))
    after = text(machine, MACHINE)
    check("clone: it is the owner now", after != before and "00:0f:53:00:00:20" in after and "00:0f:53:00:00:00" not in after, after)
    check("clone: nothing that the other reached is demanded", "00:0f:53:00:00:00" not in text(machine, f"{STATE}/reach.toml"))


def goes_on(machine, product, case):
    """Neither the guard nor the names were taken from it."""
    status = product.recorded_status()
    expect_equal(f"{case}: the guard still holds", (status["state"], status["reason_code"]), ("in-tree", "guard"))
    check(f"{case}: the names are still there", "trade0" in text(machine, NAMES), text(machine, NAMES))
    expect_equal(f"{case}: and nothing is said of another machine", [note for note in status["notes"] if "another machine" in note], [])


def by_its_id_alone(machine, product):
    """From there into a third one, whose firmware tells nothing."""
    second = owner(machine)
    machine.uuid = None
    starts(machine, THIRD_CARD, OTHER_ID)
    notes = [note for note in product.recorded_status()["notes"] if second in note]
    check("another id: it starts anew as well", len(notes) == 1 and owner(machine) != second and "00:0f:53:00:00:40" in text(machine, NAMES), notes)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    first_id, kept = a_node_with_a_history(machine, product)
    if lab.full:
        starts(machine, FIRST_CARD, OTHER_ID)
        goes_on(machine, product, "new id, same card")
        starts(machine, OTHER_CARD)
        goes_on(machine, product, "same id, other card")
        starts(machine, FIRST_CARD, first_id)
        kept["names"] = text(machine, NAMES)
    starts_anew(machine, product, kept)
    if lab.full:
        by_its_id_alone(machine, product)
