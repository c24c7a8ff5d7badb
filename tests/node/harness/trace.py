# SPDX-License-Identifier: BSD-2-Clause
"""What one boot did, step by step, and what it came to: kept in tests/simulation/traces, where the node in memory has to do
the same. A kept trace that the booted node no longer follows is a failure; ONLOAD_NODE_TEST_RECORD_TRACES=1 writes it anew."""

import json
import os

from . import paths
from .look import PORTS

FOLDER = paths.TESTS / "simulation" / "traces"
RECORD_VARIABLE = "ONLOAD_NODE_TEST_RECORD_TRACES"
JOURNAL = (
    "journalctl -b --no-pager -o json --output-fields=MESSAGE,ONLOAD_NODE_STEP OBJECT_SYSTEMD_UNIT=onload-node.service"
)
# The beginning of what the journal says of a step, and how a trace has it.
WORDS = {"done: ": "done", "failed: ": "failed", "taking back: ": "undo", "cannot take back: ": "undo failed"}


def steps(machine):
    lines = []
    for entry in map(json.loads, machine.check(JOURNAL).splitlines()):
        word = next((word for start, word in WORDS.items() if entry["MESSAGE"].startswith(start)), None)
        if word and "ONLOAD_NODE_STEP" in entry:
            lines.append(f"{word} {entry['ONLOAD_NODE_STEP']}")
    return lines


def end(outcome):
    status = outcome.recorded
    lines = [f"state {status['state']} {status['reason_code']}"]
    lines += [f"module {module['name']} {module['origin']}" for module in status["modules"]]
    lines += [f"port {port} {driver} {name}" for port, driver, name in zip(PORTS, outcome.drivers, outcome.names)]
    return lines + [f"clock {unit}" for unit in outcome.clock]


def trace(machine, outcome):
    """The lines of a trace; ports are numbered, for every node has its own addresses."""
    text = "\n".join([*steps(machine), *end(outcome)]) + "\n"
    for index, port in enumerate(PORTS):
        text = text.replace(port, f"#{index}")
    return text


def difference(name, seen):
    """How what was seen differs from the kept trace of this name; empty when it does not."""
    kept = FOLDER / f"{name}.txt"
    if os.environ.get(RECORD_VARIABLE):
        FOLDER.mkdir(exist_ok=True)
        kept.write_text(seen, encoding="utf-8")
    if not kept.exists():
        return f"{kept.name} is not kept; {RECORD_VARIABLE}=1 records it"
    expected = kept.read_text(encoding="utf-8")
    return "" if seen == expected else f"--- kept\n{expected}--- seen\n{seen}"
