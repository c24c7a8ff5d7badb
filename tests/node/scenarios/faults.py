# SPDX-License-Identifier: BSD-2-Clause
"""Whatever fails during the activation, no node is stranded: each port has a driver and its name, one daemon the clock.

One boot, parked just before the activation, is broken in another way each time; build/node/results/faults.md is the table.
ONLOAD_NODE_TEST_FAULTS, a regular expression, chooses kinds by their name."""

import os
import re
import time

from fault_kinds import KINDS
from harness import check, note, paths
from harness.errors import HarnessError
from harness.look import look
from harness.product import Product

FOLDER = "/run/onload-node-test"
TABLE = paths.RESULTS / "faults.md"
BOOT_SECONDS = 120
COLUMNS = ("fault", "state", "reason code", "exit", "driver", "names", "clock")

def prepare(lab, machine, kind):
    staged = f"/opt/lib/modules/{lab.kernel}/extra"
    if kind.driver_fault:
        machine.push(lab.faulty_driver(kind.driver_fault, seconds=2), f"{staged}/sfc.ko")
    if kind.config:
        machine.write("/etc/onload-node/config.d/50-fault.toml", kind.config)
    variables = f"K={lab.kernel}; staged={staged}; in_tree=/lib/modules/$K/kernel/drivers/net/ethernet/sfc; export PATH=$PATH:/usr/local/bin\n"
    if kind.breaks:
        output = machine.run(variables + kind.breaks)
        if not output.ok:
            raise HarnessError(f"the fault could not be made: {output.stderr}")
    if kind.during:
        machine.write(f"{FOLDER}/background", variables + kind.during)
        machine.check(f"setsid bash {FOLDER}/background </dev/null >/dev/null 2>&1 &")


def try_kind(lab, machine, kind):
    """Breaks the parked boot, lets it go on, and looks."""
    machine.loadvm("parked")
    prepare(lab, machine, kind)
    machine.release()
    machine.run("systemctl is-system-running --wait", BOOT_SECONDS)
    machine.run("udevadm settle --timeout=10", 20)
    if kind.after:
        machine.run(f"PATH=$PATH:/usr/local/bin; {kind.after}", 90)
    return look(machine)


def unexpected(kind, outcome):
    """What is not stranded and all the same not as it should be."""
    complaints = []
    status = outcome.now if kind.except_for == "status.json" else outcome.recorded
    seen = (status.get("state", ""), status.get("reason_code", ""), outcome.exit, outcome.driver)
    wanted = (kind.state, kind.code, kind.exit, kind.driver)
    if seen != wanted:
        complaints.append(f"{seen}, expected {wanted}: {status.get('reason')}")
    missing = [words for words in kind.says if words not in status.get("reason", "")]
    if missing:
        complaints.append(f"the reason does not say {missing}: {status.get('reason')}")
    return complaints


def judge(lab, machine, kind):
    """One line; the row of the table."""
    started = time.monotonic()
    outcome = try_kind(lab, machine, kind)
    complaints = outcome.stranded(kind.names, kind.clock)
    row = (kind.name, *outcome.row())
    check(f"{kind.name}: nobody is stranded", not complaints, "\n".join(complaints))
    others = unexpected(kind, outcome)
    check(f"{kind.name}: {' '.join(row[1:])} ({time.monotonic() - started:.1f} s)", not others,
          "\n".join(others) + ("" if not others else "\n" + Product(machine).journal()[-3000:]))
    return row


def write_table(rows):
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen(lab, kind):
    wanted = os.environ.get("ONLOAD_NODE_TEST_FAULTS")
    return bool(re.search(wanted, kind.name)) if wanted else lab.full or not kind.slow


def scenario(lab):
    machine = lab.delivered(functions=2, park=True)
    machine.park()
    machine.savevm("parked")
    kinds = [kind for kind in KINDS if chosen(lab, kind)]
    check("every kind has a name of its own", len({kind.name for kind in KINDS}) == len(KINDS), [kind.name for kind in KINDS])
    rows = []
    for kind in kinds:
        try:
            rows.append(judge(lab, machine, kind))
        except HarnessError as error:
            check(f"{kind.name}: the case runs to its end", False, error)
    paths.RESULTS.mkdir(parents=True, exist_ok=True)
    write_table(rows)
    note(f"{len(rows)} of {len(KINDS)} kinds of faults, table in {TABLE}")
