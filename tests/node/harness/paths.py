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

ROOT = CACHE / "root"
IMAGE = CACHE / "image"
VMLINUX = CACHE / "vmlinux"
INITRD = CACHE / "initrd"
STAGED = CACHE / "staged"
DRIVERS = CACHE / "drivers"
PROGRAMS = CACHE / "programs"

# What the tests' build makes for `kmm-route`, and the release build for every node.
DEVICE_PLUGIN = PROJECT / "build/dev/src/device_plugin/onload-device-plugin"
KUBELET_STAND_IN = PROJECT / "build/dev/tests/device_plugin/kubelet-stand-in"
PROGRAM = PROJECT / "build/release/src/onload-node"
PROGRAM_LIBRARIES = [PROJECT / f"build/release/src/libonload-node-{name}.so" for name in ("run", "system")]

# What `image/build next-kernel` makes; lab.upgrade() has it made.
NEXT_VMLINUX = CACHE / "next-vmlinux"
NEXT_INITRD = CACHE / "next-initrd"
NEXT_STAGED = CACHE / "next-staged"
NEXT_FILES = CACHE / "next-files"

# What `image/build selinux` makes; lab.enforcing() has it made.
SELINUX_IMAGE = CACHE / "selinux-image"


def kernel_release():
    return (CACHE / "kernel-release").read_text().strip()


def next_release():
    """Of the kernel that a node can be upgraded to; "" while it has not been made."""
    file = CACHE / "next-release"
    return file.read_text().strip() if file.exists() else ""
