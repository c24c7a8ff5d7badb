# SPDX-License-Identifier: BSD-2-Clause
"""Which driver had which port when, by the fixture drivers' lines in the kernel log."""

import dataclasses
import re

LINE = re.compile(r"^\[ *(?P<at>[0-9.]+)\] sfc (?P<port>[0-9a-f:.]+)( \S+)?: fixture (?P<flavour>\S+): (?P<what>bound|released)$")
IN_TREE, OUT_OF_TREE = "in-tree", "5.3.16.1004"


@dataclasses.dataclass(frozen=True)
class Event:
    at: float  # seconds since the kernel started
    flavour: str
    what: str


def port_history(machine):
    """PCI address to its events, oldest first."""
    history = {}
    for line in machine.check("dmesg").splitlines():
        match = LINE.match(line)
        if match:
            event = Event(float(match["at"]), match["flavour"], match["what"])
            history.setdefault(match["port"], []).append(event)
    return history


def takes_turns(events):
    """A driver gets the port only after the one before has let go of it."""
    for before, after in zip([None, *events], events):
        free = before is None or before.what == "released"
        if (after.what == "bound") != free:
            return False
        if after.what == "released" and after.flavour != before.flavour:
            return False
    return True


def longest_gap(events):
    """Seconds that the port was without a driver, once it had had one."""
    return max((after.at - before.at for before, after in zip(events, events[1:]) if before.what == "released"), default=0.0)


def count(events, flavour, what):
    return sum((event.flavour, event.what) == (flavour, what) for event in events)
