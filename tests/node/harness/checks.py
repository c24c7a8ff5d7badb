# SPDX-License-Identifier: BSD-2-Clause
"""Counted checks: one line each, as a scenario goes."""

import contextlib
import time


class Tally:
    """What the checks of one scenario came to."""

    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failures = []
        self.names = []  # of every check, in order
        self.tried = ""


_tally = Tally()


def start_tally():
    global _tally
    _tally = Tally()
    return _tally


def check(promise, condition, detail=""):
    """Counts and prints one promise; `detail` is what was seen, shown when it does not hold."""
    _tally.names.append(promise)
    if condition:
        _tally.passed += 1
        print(f"ok - {promise}", flush=True)
    else:
        _tally.failures.append(promise)
        print(f"FAIL - {promise}", flush=True)
        for line in str(detail).splitlines():
            print(f"    {line}", flush=True)
    return bool(condition)


def expect_equal(promise, actual, expected):
    return check(promise, actual == expected, f"expected: {expected!r}\nactual:   {actual!r}")


def skip(promise, reason):
    """A promise that cannot be tried here; it is counted as skipped and says why."""
    _tally.skipped += 1
    print(f"skip - {promise} ({reason})", flush=True)


def tried(what):
    """How much was tried, where there is a short and a long count; tests/FULL.md has it."""
    _tally.tried = what
    note(f"tried: {what}")


def note(text):
    print(f"  # {text}", flush=True)


@contextlib.contextmanager
def timed(what):
    started = time.monotonic()
    yield
    note(f"{what}: {time.monotonic() - started:.2f} s")
