# SPDX-License-Identifier: BSD-2-Clause
"""Whenever the power fails in a boot that leaves a bad set for the one before, the next boot has that one as a whole.

Each cut has a seed, from which its instant comes; --seed N repeats one of them. One by default, 40 with --full."""

import random
import time

from harness import check, note, tried
from harness.marked_sets import letters_in_place, sets, stage
from harness.product import GUARD
from harness.staging import StagingNode

SEEDS, ALL_SEEDS = range(3, 4), range(1, 41)
# From the start of the unit until the set before is in the kernel, with some room.
LATEST = 12.0
PORTS = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
SOON = '[guard]\nsettle = "1s"\n[limits]\nprobe = "4s"\n'


def boot_on(machine):
    machine.release()
    machine.wait_booted()


def reboot_and_park(machine):
    machine.check("sync; systemctl --no-block reboot")
    machine.wait_next_boot()
    machine.park()


def before_the_bad_set_boots(lab):
    """A is confirmed, B, whose driver does not load, is staged: the node stands still before it tries B."""
    node = StagingNode(lab.parked(functions=2))
    boot_on(node.machine)
    node.configure(SOON)
    stage(node, lab, "a")
    reboot_and_park(node.machine)
    boot_on(node.machine)
    check("A is confirmed", node.becomes_confirmed(), node.machine.run(f"cat {GUARD}").stdout)
    stage(node, lab, "b", lab.faulty_driver("INIT_FAILS"))
    reboot_and_park(node.machine)
    node.machine.savevm("parked")
    return node


def what_is_wrong(node, lab):
    """Of a node that should be on A for B; empty when nothing is."""
    status, wrong = node.status(), []
    if (status["state"], status["reason_code"]) != ("degraded", "previous-set"):
        wrong.append(f"{status['state']}, {status['reason_code']}: {status['reason']}")
    if node.interfaces() != PORTS:
        wrong.append(f"ports: {node.interfaces()}")
    if letters_in_place(node) != {"a"}:
        wrong.append(f"in place: {letters_in_place(node)}")
    if node.loaded_build_id("sfc") != node.staged_build_ids(lab.kernel)["sfc"]:
        wrong.append("another sfc than that of A")
    b = sets(node)["b"]
    if not b["wanted"] or not 1 <= b["failed"] <= 2:
        wrong.append(f"B: {b}")
    odd = node.machine.check("find /var/lib/onload-node -name '.*.new' -o -size 0 -type f ! -name '*.lock'; true").split()
    if odd or "cannot be read" in node.journal():
        wrong.append(f"half-written files: {odd}")
    return wrong


def one_cut(node, lab, seed):
    machine = node.machine
    machine.loadvm("parked")
    instant = random.Random(seed).uniform(0, LATEST)
    machine.release()
    time.sleep(instant)
    machine.power_cut()
    machine.start()
    machine.park()
    boot_on(machine)
    wrong = what_is_wrong(node, lab)
    if not node.becomes_confirmed():
        wrong.append("the boot after it is not confirmed")
    note(f"seed {seed}: cut after {instant:.2f} s")
    check(f"seed {seed}: the node is on the set before, as a whole", not wrong, "\n".join(wrong))


def scenario(lab):
    node = before_the_bad_set_boots(lab)
    seeds = [lab.seed] if lab.seed is not None else ALL_SEEDS if lab.full else SEEDS
    for seed in seeds:
        one_cut(node, lab, seed)
    tried(f"{len(seeds)} power cuts")
