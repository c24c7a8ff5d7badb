# SPDX-License-Identifier: BSD-2-Clause
"""Scenarios on the disposable node: a real kernel, systemd and udev in QEMU. See ../README.md."""

from .checks import check, expect_equal, note, skip, timed, tried
from .machine import Machine, Output
from .errors import CommandFailed, Deadline, HarnessError, MachineReset

__all__ = [
    "CommandFailed",
    "Deadline",
    "HarnessError",
    "Machine",
    "MachineReset",
    "Output",
    "check",
    "expect_equal",
    "note",
    "skip",
    "timed",
    "tried",
]
