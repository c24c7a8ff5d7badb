# SPDX-License-Identifier: BSD-2-Clause
"""Whatever fails during the activation, no node is stranded: each port has a driver and its name, one daemon the clock.

One boot, parked just before the activation, is broken in another way each time; with --full, then, one node from boot to boot;
build/node/results/faults.md is the table.
ONLOAD_NODE_TEST_FAULTS, a regular expression, chooses kinds by their name."""

import os
import re
import time

from fault_kinds import ACROSS_BOOTS, KINDS
from harness import check, coverage, note, paths, trace, tried
from harness.errors import HarnessError
from harness.look import look
from harness.product import Product

FOLDER = "/run/onload-node-test"
TABLE = paths.RESULTS / "faults.md"
BOOT_SECONDS = 600
CONFIG = "/etc/onload-node/config.d/50-fault.toml"
COLUMNS = ("fault", "state", "reason code", "exit", "driver", "names", "clock")


def prepare(lab, machine, kind):
    staged = f"/opt/lib/modules/{lab.kernel}/extra"
    if kind.driver_fault:
        machine.push(lab.faulty_driver(kind.driver_fault, seconds=2), f"{staged}/sfc.ko")
    if kind.config:
        machine.write(CONFIG, kind.config)
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
    machine.run("udevadm settle --timeout=10")
    if kind.after:
        machine.run(f"PATH=$PATH:/usr/local/bin; {kind.after}", 130)
    return look(machine)


def try_across_boots(lab, machine, kind):
    """Breaks an active node and reboots it; the fault may be busy while it goes down."""
    machine.run("systemctl is-system-running --wait", BOOT_SECONDS)
    # The machine is the same for all of them, and what the one before has broken is not this one's fault.
    machine.check(f"rm -f {CONFIG}")
    prepare(lab, machine, kind)
    if kind.upgrade:
        lab.upgrade(machine)
    machine.reboot()
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


def judge(lab, machine, kind, attempt):
    """Two checks or three; the row of the table."""
    started = time.monotonic()
    outcome = attempt(lab, machine, kind)
    complaints = outcome.stranded(kind.names, kind.clock)
    if kind.trace:
        differs = trace.difference(kind.trace, trace.trace(machine, outcome))
        check(f"{kind.name}: it went, step by step, as is kept", not differs, differs)
    row = (kind.name, *outcome.row())
    if coverage.build():
        row += (coverage.taken(machine, coverage.build())[1],)
    check(f"{kind.name}: nobody is stranded", not complaints, "\n".join(complaints))
    others = unexpected(kind, outcome)
    check(f"{kind.name}: {' '.join(row[1:])} ({time.monotonic() - started:.1f} s)", not others,
          "\n".join(others) + ("" if not others else "\n" + Product(machine).journal()[-3000:]))
    return row


def write_table(rows):
    columns = COLUMNS + (("branches",) if coverage.build() else ())
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def chosen(lab, kind):
    wanted = os.environ.get("ONLOAD_NODE_TEST_FAULTS")
    return bool(re.search(wanted, kind.name)) if wanted else lab.full or not kind.full_only


def judge_all(lab, machine, kinds, attempt):
    """The rows of the table; a case that cannot be carried out is a failure and has none."""
    rows = []
    for kind in kinds:
        try:
            rows.append(judge(lab, machine, kind, attempt))
        except HarnessError as error:
            check(f"{kind.name}: the case runs to its end", False, error)
    return rows


def within_a_boot(lab, kinds):
    machine = lab.parked(functions=2)
    return judge_all(lab, machine, kinds, try_kind)


def across_boots(lab, kinds):
    """Snapshots share the boot: these are cold ones, on a machine of their own."""
    if not kinds:
        return []
    machine = lab.booted(functions=2, name="across")
    rows = judge_all(lab, machine, kinds, try_across_boots)
    guard = Product(machine).status()["guard"]
    check("no boot that ended in order counts against the driver", guard["attempts"] <= 1, guard)
    return rows


def scenario(lab):
    every = [*KINDS, *ACROSS_BOOTS]
    check("every kind has a name of its own", len({kind.name for kind in every}) == len(every), [kind.name for kind in every])
    rows = within_a_boot(lab, [kind for kind in KINDS if chosen(lab, kind)])
    rows += across_boots(lab, [kind for kind in ACROSS_BOOTS if chosen(lab, kind)])
    paths.RESULTS.mkdir(parents=True, exist_ok=True)
    write_table(rows)
    if coverage.build():
        note(f"{len({row[-1] for row in rows})} of {len(rows)} kinds take branches that no other takes in all")
    tried(f"{len(rows)} of {len(every)} kinds of faults")
    note(f"table in {TABLE}")
