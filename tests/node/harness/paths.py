# SPDX-License-Identifier: BSD-2-Clause
"""Every folder the harness uses."""

import os
from pathlib import Path

NODE = Path(__file__).resolve().parent.parent
TESTS = NODE.parent
PROJECT = TESTS.parent
CACHE = Path(os.environ.get("ONLOAD_NODE_TEST_CACHE") or PROJECT / "build" / "node")
SCENARIOS = NODE / "scenarios"
RUNS = CACHE / "run"
RESULTS = CACHE / "results"

IMAGE = CACHE / "image"
VMLINUX = CACHE / "vmlinux"
INITRD = CACHE / "initrd"
STAGED = CACHE / "staged"
DRIVERS = CACHE / "drivers"
PROGRAMS = CACHE / "programs"


def kernel_release():
    return (CACHE / "kernel-release").read_text().strip()
