# SPDX-License-Identifier: BSD-2-Clause
"""Two programs at once in one tree would take each other's files away."""

import fcntl
import sys

from .paths import BUILD, LOGS


def lock():
    """Holds the build folder until the returned stream is closed, or ends the program."""
    LOGS.mkdir(parents=True, exist_ok=True)
    stream = open(BUILD / "runner.lock", "w", encoding="ascii")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another run works in {BUILD}; wait for it to end")
    return stream
