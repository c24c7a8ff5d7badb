# SPDX-License-Identifier: BSD-2-Clause
"""A program that runs beside the scenario's commands: on a node a transient unit, in a native root a process."""

from .native_root import NativeRoot

END_TIMEOUT = 300


class UnitDaemon:
    def __init__(self, machine, name, command):
        self.machine, self.command = machine, command
        self.unit = f"{name}.service"
        self.kill_command = f"systemctl kill -s KILL {self.unit}"

    def start(self):
        self.machine.check(f"systemd-run --quiet --unit={self.unit} {self.command}")

    def stop(self):
        self.machine.check(f"systemctl stop {self.unit}")


class ProcessDaemon:
    def __init__(self, machine, name, command):
        self.machine, self.command = machine, command
        self.pid, self.log = f"/run/{name}.pid", f"/run/{name}.log"
        self.kill_command = f"kill -KILL $(cat {self.pid})"

    def start(self):
        self.machine.check(f"setsid {self.command} >{self.log} 2>&1 </dev/null & echo $! >{self.pid}")

    def stop(self):
        self.machine.check(f"pid=$(cat {self.pid}); kill $pid; timeout {END_TIMEOUT} tail --pid=$pid -f /dev/null", END_TIMEOUT + 10)


def daemon(machine, name, command):
    """Not started yet; `kill_command` is what kills it, for a script inside."""
    return (ProcessDaemon if isinstance(machine, NativeRoot) else UnitDaemon)(machine, name, command)
