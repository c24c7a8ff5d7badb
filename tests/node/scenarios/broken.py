# SPDX-License-Identifier: BSD-2-Clause
"""What `tests/demo --broken` shows: a node that was broken says so and what to do, and is healthy again by the cure that is written down.

Three reasons; with --full all of them."""

from harness import check, expect_equal, tried
from harness.broken import breakages, comes_to, cure, prepare
from harness.demo import ADDRESSES
from harness.product import Product

SHORT = ("config", "pins", "time-daemon")


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    machine.savevm("healthy")
    known = breakages(lab.kernel)
    chosen = known if lab.full else SHORT
    tried(f"{len(chosen)} of {len(known)} ways to break a node")
    for reason in chosen:
        breakage = known[reason]
        machine.loadvm("healthy")
        prepare(lab, machine, reason)
        comes_to(machine, breakage, reason, ADDRESSES)
        status = product.status()
        expect_equal(f"{reason}: the node has come to it", (status["state"], status["reason_code"]), (breakage.state, reason))
        text = product.run("status").stdout
        check(f"{reason}: status says what to do", "to do " in text and f"reason    {reason}: " in text, text)
        cure(machine, breakage, ADDRESSES)
        expect_equal(f"{reason}: cured", (product.status()["state"], product.unit("sfptpd.service", "ActiveState")), ("active", ["active"]))
