# SPDX-License-Identifier: BSD-2-Clause
"""What one kind of fault is, and what the node is to come to."""

import dataclasses

from harness import exit_status

IN_TREE, OUT_OF_TREE = "in-tree", "out-of-tree"
CHRONYD, SFPTPD = "chronyd.service", "sfptpd.service"
PRESERVED = ("ens8f0", "ens8f1")

# Three starts, each with its limit and its pause, and then the fallback.
WAIT_CHRONYD = "timeout 110 bash -c 'until systemctl is-active --quiet chronyd; do sleep 0.2; done'; systemctl start onload-node-refresh"
LOST_TIME = {"clock": CHRONYD, "after": WAIT_CHRONYD, "exit": 0, "full_only": True}


def full(*directories):
    """Shell: no byte fits into these directories any more."""
    return "; ".join(f"mkdir -p {each}; mount -t tmpfs -o size=4k none {each}; head -c 4096 /dev/zero >{each}/fill" for each in directories)


def read_only(directory):
    """Shell: nobody can write there any more. Who opens a file to write between the two mounts keeps the second from it; then anew."""
    return (f"for i in $(seq 20); do mount --bind {directory} {directory}; mount -o remount,ro,bind {directory} && break; umount -l {directory}; done; "
            f"! touch {directory}/written 2>/dev/null")


@dataclasses.dataclass(frozen=True)
class Kind:
    name: str
    # Shell, in the parked boot before the unit. $staged, $in_tree and $K (kernel) are set.
    breaks: str = ""
    # The operating system is upgraded to another kernel, for which nothing is staged; comes with a reboot only.
    upgrade: bool = False
    # Shell, in the background from then on; bounded by itself or by the end of the case.
    during: str = ""
    # Shell, after the boot and before the node is looked at: another run, or waiting for what follows the boot.
    after: str = ""
    config: str = ""
    # A broken sfc.ko from fixture_fault.h to be staged in place of the right one.
    driver_fault: str = ""
    state: str = "in-tree"
    code: str = ""
    exit: int = exit_status.IN_TREE
    driver: str = IN_TREE
    names: tuple = PRESERVED
    clock: str | None = CHRONYD
    # Words that the reason has to hold.
    says: tuple = ()
    # Why the case may end without something that every other case has.
    except_for: str = ""
    # Not in the short set: it takes longer than the others, or is much like one that is in it.
    full_only: bool = False
    # What the boot does, step by step, has to be what is kept under this name; the node in memory does the same.
    trace: str = ""


def active(name, **rest):
    """The fault is no obstacle."""
    return Kind(name, **{"state": "active", "code": "as-wanted", "exit": 0, "driver": OUT_OF_TREE, "clock": SFPTPD, **rest})


def degraded(name, code, **rest):
    """The staged driver is on, something secondary is not."""
    return Kind(name, **{"state": "degraded", "code": code, "exit": exit_status.DEGRADED, "driver": OUT_OF_TREE, "clock": SFPTPD, **rest})


def stays(name, code, **rest):
    """The in-tree driver stays, or is back."""
    return Kind(name, **{"code": code, **rest})


def refused(name, **rest):
    """The configuration is wrong: nothing is touched."""
    return Kind(name, **{"code": "config", "exit": 78, **rest})
