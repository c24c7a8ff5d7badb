# SPDX-License-Identifier: BSD-2-Clause
"""Which branches of the product a case took, from a build with coverage:
    meson setup build/coverage --native-file packaging/release.ini -Dmachineconfig=enabled -Db_coverage=true -Db_lto=false
    ninja -C build/coverage
    ONLOAD_NODE_TEST_COVERAGE=build/coverage tests/node/scenario \\
        --machineconfig build/coverage/butane/99-onload-node-4.12.yaml faults --full
Its binary counts into files that lie, on the node, at the paths they have in the build."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

VARIABLE = "ONLOAD_NODE_TEST_COVERAGE"
# Where decisions are made. What the adapters do depends on the moment, too: how often something was waited for.
DECIDING = ("src/core/", "src/run/")


def build():
    """The build with coverage, or None when nobody asks for it."""
    name = os.environ.get(VARIABLE)
    return Path(name).resolve() if name else None


def taken(machine, objects):
    """The branches taken by all runs on this node so far, as a set of words, and their short digest."""
    for old in objects.rglob("*.gcda"):
        old.unlink()
    counted = machine.run(f"cd {objects} && find . -name '*.gcda' -size +0 | tar -c -T -")
    subprocess.run(["tar", "-x", "-C", objects], input=counted.raw, check=True)
    counts = [path for path in objects.rglob("*.gcda") if any(part in path.name for part in ("core_", "run_"))]
    branches = set()
    for path in counts:
        branches |= _branches_of(path, objects)
    return branches, hashlib.sha256("\n".join(sorted(branches)).encode()).hexdigest()[:8]


def _branches_of(path, objects):
    gcov = shutil.which("gcov-12") or "gcov"
    output = subprocess.run([gcov, "--json-format", "--stdout", "--branch-probabilities", path], cwd=objects,
                            check=True, capture_output=True).stdout
    found = set()
    for file in json.loads(output)["files"]:
        name = os.path.normpath(os.path.join("/", file["file"].lstrip("./")))
        if not any(part.strip("/") in name for part in DECIDING) or not name.endswith(".cpp"):
            continue
        for line in file["lines"]:
            for index, branch in enumerate(line["branches"]):
                if branch["count"]:
                    found.add(f"{name}:{line['line_number']}:{index}")
    return found
