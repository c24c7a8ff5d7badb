# SPDX-License-Identifier: BSD-2-Clause
"""Whenever the power fails between the start of the unit and the confirmed boot, the next boot strands nobody.

Each cut has a seed, from which its instant comes; --seed N repeats one of them. One by default, 200 with --full. What was
written and not yet on the disk is lost with the machine."""

import random
import time

from harness import check, note, tried
from harness.product import Product

FIRST_SEED = 1
CUTS, ALL_CUTS = 1, 200
# From the start of the unit to the confirmed boot, with some room; a cut behind that is one of a node at rest. Half of the
# cuts fall into the first seconds, where everything is changed.
LATEST, SWAP = 9.0, 3.0
LABELS = "/etc/kubernetes/node-feature-discovery/features.d"
PORTS = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
CONFIGURATION = '[guard]\nsettle = "1s"\n'


def cut(machine, seed):
    """Returns to the moment before the unit, lets the boot go on and cuts the power; seconds in between."""
    machine.loadvm("parked")
    chance = random.Random(seed)
    instant = chance.uniform(0, SWAP if chance.random() < 0.5 else LATEST)
    machine.release()
    time.sleep(instant)
    machine.power_cut()
    return instant


def one_clock_daemon(product):
    running = [unit for unit in ("chronyd.service", "sfptpd.service") if product.unit(unit, "ActiveState") == ["active"]]
    return len(running) == 1, running


def nobody_is_stranded(product, lab):
    """What is wrong with the node; empty when nothing is."""
    machine, status = product.machine, product.status()
    wrong = []
    if product.interfaces() != PORTS:
        wrong.append(f"ports: {product.interfaces()}")
    if status["state"] != "active":
        wrong.append(f"state: {status['state']} ({status['reason']})")
    if product.loaded_build_id("sfc") != product.staged_build_ids(lab.kernel)["sfc"]:
        wrong.append("another sfc than the staged one")
    one, running = one_clock_daemon(product)
    if not one:
        wrong.append(f"clock daemons: {running}")
    if "cannot be read" in product.journal():
        wrong.append("a file of ours cannot be read")
    odd = machine.check(f"find /var/lib/onload-node {LABELS} -name '.*.new' -o -size 0 -type f; true").split()
    if odd:
        wrong.append(f"half-written files: {odd}")
    labels = machine.run(f"cat {LABELS}/onload-node").stdout
    if "onload-node.state=active" not in labels:
        wrong.append(f"labels: {labels}")
    return wrong


def one_cut(product, lab, seed):
    machine = product.machine
    instant = cut(machine, seed)
    machine.start()
    machine.park()
    counted = product.status()["guard"]["attempts"]
    machine.release()
    machine.wait_booted()
    wrong = nobody_is_stranded(product, lab)
    if counted > 1:
        wrong.append(f"the guard counts {counted} dead boots after one")
    if not product.becomes_confirmed():
        wrong.append("the boot after it is not confirmed")
    note(f"seed {seed}: cut after {instant:.2f} s, the guard counted {counted}")
    check(f"seed {seed}: nobody is stranded, nothing is corrupt", not wrong, "\n".join(wrong))


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(CONFIGURATION)
    machine.check(f"mkdir -p {LABELS} && sync")
    machine.savevm("parked")
    seeds = [lab.seed] if lab.seed is not None else range(FIRST_SEED, FIRST_SEED + (ALL_CUTS if lab.full else CUTS))
    for seed in seeds:
        one_cut(product, lab, seed)
    tried(f"{len(seeds)} power cuts")
