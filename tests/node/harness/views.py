# SPDX-License-Identifier: BSD-2-Clause
"""The five views of a node that somebody opens at night, and that have to tell one story."""

import json
import re

from .checks import check, note
from .exit_status import CONFIG

# How long a view may be late before the check is given up, in seconds; how late it was is measured.
LONGEST = 90
WITHOUT_COLOUR = "SYSTEMD_COLORS=0 SYSTEMD_PAGER=cat"


def systemctl_status(product):
    """Its first line, without the dot and the unit's name."""
    lines = product.machine.run(f"{WITHOUT_COLOUR} systemctl status onload-node.service --full --lines=0").stdout.splitlines()
    return lines[0].partition(" - ")[2] if lines else ""


def list_units(product, failed=False):
    """The unit's description in the list of all units, or of those that have failed; "" where it is not in it."""
    which = "--failed" if failed else "--all"
    rows = product.machine.run(f"{WITHOUT_COLOUR} systemctl list-units {which} --plain --full --no-legend onload-node.service").stdout
    words = rows.split(None, 4)
    return words[4].strip() if len(words) == 5 else ""


def explained(product, reason):
    """What `journalctl -x` has below the last message for this reason, found by its field."""
    return product.machine.run(f"journalctl -b -x -n 1 --no-pager OBJECT_SYSTEMD_UNIT=onload-node.service ONLOAD_NODE_REASON={reason}").stdout


def changed(product, words, began):
    """Waits until systemd shows these words, and tells how long after `began` (seconds of the node's own clock) that was."""
    shown = f"systemctl show onload-node.service -p Description | grep -qF -- '{words}'"
    seen = product.machine.wait_until(shown, LONGEST)
    took = now(product) - began
    note(f"shown after {took:.1f} s: {words}")
    return took if seen else float("inf")


def now(product):
    return float(product.machine.check("cut -d' ' -f1 /proc/uptime").split()[0])


def one_look(product):
    """What a look costs on this machine now, from the event to what systemd shows; the measure for how late a view may be."""
    began = now(product)
    product.machine.check("systemctl start onload-node-refresh.service")
    return now(product) - began


def one_story(product, case, state, reason, *words):
    """Each of the five says the state, and what is the matter, in the same words; the unit has failed where the node fell back."""
    advice = json.loads(product.run(f"reasons --json {reason}").stdout)["reasons"][0]
    sentence = product.status()["sentence"]
    text, planned = product.run("status").stdout, product.run("plan")
    plan = planned.stdout + planned.stderr
    check(f"{case}: {state}, {reason}", sentence.startswith(f"{state}: ") and product.status()["reason_code"] == reason, product.status())
    check(f"{case}: the sentence says {words}", all(word in sentence for word in words), sentence)
    check(f"{case}: systemctl status begins with it", systemctl_status(product) == sentence, (systemctl_status(product), sentence))
    check(f"{case}: so does systemctl list-units", list_units(product) == sentence, list_units(product))
    in_failed = sentence if state in ("in-tree", "failed") else ""
    check(f"{case}: systemctl --failed {'has it' if in_failed else 'does not have it'}", list_units(product, failed=True) == in_failed,
          list_units(product, failed=True))
    flat = re.sub(r"\s+", " ", text)
    check(f"{case}: status says it, and what to do next", text.startswith(sentence + "\n") and advice["advice"] in flat and advice["meaning"] in flat, text)
    check(f"{case}: plan does not take the node for a good one", "as configured\n" not in plan and (
          reason in plan or "-> " in plan or planned.rc == CONFIG), plan)
    journal = explained(product, reason)
    check(f"{case}: journalctl -x explains it", sentence.split("; apply took")[0] in journal and advice["meaning"] in journal and
          f"Subject: the reason {reason}" in journal, journal)
