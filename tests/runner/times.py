# SPDX-License-Identifier: BSD-2-Clause
"""What each build, suite and scenario of a run cost: told at its end, slowest first, and kept in build/results/times.json."""

import json
import threading
import time
from dataclasses import asdict, dataclass

from . import process
from .paths import BUILD

FILE = BUILD / "results" / "times.json"
COLUMNS = ("wall s", "CPU s", "boots", "taken", "loaded")


@dataclass
class Cost:
    """Seconds, and what an emulated node did: boots from power-on, snapshots taken and loaded."""

    kind: str
    wall: float = 0.0
    cpu: float = 0.0
    boots: int = 0
    snapshots_taken: int = 0
    snapshots_loaded: int = 0


_costs = {}
_lock = threading.Lock()


class measured:
    """Measures what happens in its block, in this thread, with the programs that the block starts."""

    def __init__(self, kind, name):
        self._name, self.cost = name, Cost(kind)

    def __enter__(self):
        self._begin, self._cpu = time.monotonic(), process.cpu_seconds()
        return self.cost

    def __exit__(self, *_):
        self.cost.wall = round(time.monotonic() - self._begin, 1)
        self.cost.cpu = round(process.cpu_seconds() - self._cpu, 1)
        with _lock:
            _costs[self._name] = self.cost


def save():
    """Those of this run replace the ones kept under the same names."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    kept = known()
    kept.update({name: asdict(cost) for name, cost in _costs.items()})
    FILE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def known():
    """Name -> what it cost when it last ran here."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def wall_seconds():
    """Name -> how long it took when it last ran here."""
    return {name: cost["wall"] for name, cost in known().items()}


def print_table():
    print(f"{'':24}{'':10}" + "".join(f"{column:>9}" for column in COLUMNS))
    for name, cost in sorted(_costs.items(), key=lambda item: -item[1].wall):
        emulated = (cost.boots, cost.snapshots_taken, cost.snapshots_loaded)
        cells = (f"{cost.wall:.1f}", f"{cost.cpu:.1f}", *(str(number or "") for number in emulated))
        print(f"{name:24}{cost.kind:10}" + "".join(f"{cell:>9}" for cell in cells))
