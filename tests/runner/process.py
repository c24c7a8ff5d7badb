# SPDX-License-Identifier: BSD-2-Clause
"""Runs programs: into a log, to a deadline, and never left behind."""

import os
import select
import signal
import subprocess
import sys
import threading
import time

# A line at least this often, so that nobody takes long work for a hang.
HEARTBEAT_SECONDS = 10
# What a program gets between being asked and being made to end.
GRACE_SECONDS = 10

_running = set()
_ending = False
# A signal may arrive while the same thread holds it.
_lock = threading.RLock()
# The seconds of processor that the programs have taken that a thread has waited for.
_spent = threading.local()


class TimedOut(Exception):
    """A program did not end within its time."""


class Ending(Exception):
    """Nothing is started any more: the runner was told to end."""


def start(command, log, **options):
    """Starts a program in a process group of its own, its output going to a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with _lock, log.open("wb") as stream:
        if _ending:
            raise Ending
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
        _running.add(child)
    return child


def wait(child, seconds, title="", log=None):
    """The exit status; while it takes long, the last line of the log is shown now and then."""
    deadline = time.monotonic() + seconds
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f"not finished after {seconds:.0f} s")
            if _ends_within(child, min(left, HEARTBEAT_SECONDS)):
                add_cpu_seconds(_cpu_seconds_of(child.pid))
                return child.wait()
            if title and time.monotonic() < deadline:
                print(f"  {title}: {last_line(log)}", flush=True)
    finally:
        stop(child)


def _ends_within(child, seconds):
    """Waits for the end of a program, and leaves it to be reaped."""
    descriptor = os.pidfd_open(child.pid)
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def _cpu_seconds_of(pid):
    """Of a program that has ended and not been reaped, with those it had waited for."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stream:
        fields = stream.read().rpartition(")")[2].split()
    # utime, stime, cutime, cstime: proc(5) counts them from 1, and the two before the name are gone.
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds():
    """What the programs have taken that this thread has waited for so far."""
    return getattr(_spent, "seconds", 0.0)


def add_cpu_seconds(seconds):
    """For a thread that has others wait in its place."""
    _spent.seconds = cpu_seconds() + seconds


def run(command, log, seconds, title="", **options):
    return wait(start(command, log, **options), seconds, title, log)


def last_line(log, longest=100):
    """The last line of a log that says something."""
    with log.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 4096))
        lines = stream.read().decode("utf-8", "replace").replace("\r", "\n").split("\n")
    return next((line.strip()[:longest] for line in reversed(lines) if line.strip()), "working")


def _signal_group(child, number):
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        pass


def stop(child):
    """Ends what a program started and did not end; a group that is gone already is left alone."""
    with _lock:
        _running.discard(child)
    if child.poll() is None:
        _signal_group(child, signal.SIGTERM)
        try:
            child.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            pass
    _signal_group(child, signal.SIGKILL)
    child.wait(GRACE_SECONDS)


def stop_all():
    """Ends everything still running and lets nothing more begin."""
    global _ending
    with _lock:
        _ending = True
        children = list(_running)
    for child in children:
        stop(child)


def end_with_children():
    """Makes Ctrl-C and SIGTERM end this program with everything it started."""

    def end(number, _frame):
        stop_all()
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
