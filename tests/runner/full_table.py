# SPDX-License-Identifier: BSD-2-Clause
"""tests/FULL.md: what `tests/run --full` came to, a row for each suite and scenario, with the trees it ran on.

A run of some of them renews their rows only. Whatever of the three trees changes later makes a row one of another tree."""

import datetime
import os
import subprocess
import tempfile
from dataclasses import dataclass

from .paths import ROOT

FILE = ROOT / "tests" / "FULL.md"
# Any change of these may change what a run comes to.
TREES = ("src", "units", "tests")
HEAD = """# What the long runs came to

`tests/run --full` takes every case there is; `tests/run` takes every suite and scenario with fewer cases where a row tells of
more. Written by `tests/run --full [NAME...]`, which renews the rows of what it ran; do not edit. The last three columns are the
git tree ids (`git rev-parse COMMIT:src`; of `tests` without this file) that a row was run on.

| name | tried | passed | failed | skipped | seconds | date | src | units | tests |
|---|---|---|---|---|---|---|---|---|---|
"""
SHOWN = 10  # letters of a tree id


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple

    @property
    def trees(self):
        return self.cells[-len(TREES) :]

    @property
    def seconds(self):
        return float(self.cells[4])


def row_of(name, tried, outcome, seconds, trees):
    counts = (str(outcome.passed), str(outcome.failed), str(outcome.skipped), f"{seconds:.0f}")
    today = datetime.date.today().isoformat()
    return Row(name, (tried or "all", *counts, today, *trees))


def seconds():
    """Name -> how long its long run took."""
    return {name: row.seconds for name, row in read().items()}


def read():
    """Name -> row, of the rows that are kept."""
    if not FILE.exists():
        return {}
    lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {name: Row(name, tuple(cells)) for name, *cells in rows if name != "name"}


def renew(rows):
    kept = read() | {row.name: row for row in rows}
    text = "".join("| " + " | ".join((row.name, *row.cells)) + " |\n" for _, row in sorted(kept.items()))
    FILE.write_text(HEAD + text, encoding="utf-8")


def of_another_tree(names):
    """What is wrong with their rows -> the names whose long run is missing or was of other sources."""
    now, rows = tree_ids(), read()
    found = {}
    for name in names if now else ():
        if name not in rows:
            found.setdefault("never run", []).append(name)
        elif rows[name].trees != now:
            changed = [tree for tree, then, here in zip(TREES, rows[name].trees, now) if then != here]
            found.setdefault(f"run before a change of {', '.join(changed)}", []).append(name)
    return found


def tree_ids():
    """The ids that git gives the trees as they are here, committed or not; None outside of a repository."""
    with tempfile.TemporaryDirectory() as folder:
        objects = _git("rev-parse", "--path-format=absolute", "--git-path", "objects")
        if not objects:
            return None
        # An index and objects of our own: nothing is staged for whoever works here.
        aside = {"GIT_INDEX_FILE": f"{folder}/index", "GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects}
        _git("read-tree", "HEAD", **aside)
        _git("add", "--all", "--", *TREES, **aside)
        _git("rm", "--cached", "--quiet", "--ignore-unmatch", str(FILE.relative_to(ROOT)), **aside)
        return tuple(_git("write-tree", f"--prefix={tree}/", **aside)[:SHOWN] for tree in TREES)


def _git(*arguments, **environment):
    done = subprocess.run(["git", *arguments], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120)
    return done.stdout.strip()
