# SPDX-License-Identifier: BSD-2-Clause
"""One disposable node: power, commands, files, snapshots."""

import io
import shlex
import signal
import subprocess
import tarfile
import time

from . import boot_loader, costs, early_boot, paths, qemu
from .agent import Agent, Output
from .checks import note
from .errors import CommandFailed, Deadline, HarnessError
from .qmp import Qmp

__all__ = ["Machine", "Output"]

# A boot takes about 10 s alone on two cores, a command a tenth of a second. A busy machine was seen to need ten times as long as a
# quiet one, and slower ones there are: these only end what hangs.
BOOT_TIMEOUT = 600
SHUTDOWN_TIMEOUT = 600
COMMAND_TIMEOUT = 600
PAUSE = 0.5  # seconds between two looks of wait_until()
# How long something may take that happens by itself.
PATIENCE = 600
# The kernel's words on the console when user space begins, that of the initrd.
STARTS_INIT = "Run /init as init process"
SETTLE_SECONDS = 600
SETTLE = f"udevadm settle --timeout={SETTLE_SECONDS}"
PARK_FOLDER = "/run/onload-node-test"
PARK_ARGUMENT = "onload_node_test.park"


class Machine:
    def __init__(self, folder, disk, functions=2, kernel_arguments=(), park=False):
        self.folder, self.disk = folder, disk
        self.functions, self.kernel_arguments = functions, tuple(kernel_arguments)
        self.console = folder / f"{disk.stem}-console.log"
        self.console.unlink(missing_ok=True)
        # What the boot loader starts. The node is asked when it goes down in order; no cut or reset changes its entries.
        self.kernel = paths.kernel_release()
        self._park = park
        # A secure_boot.Firmware, or none for the emulator's own.
        self.firmware = None
        # What the emulator's own firmware says that the hardware is; it says nothing without one.
        self.uuid = None
        self._process = self._agent = self._qmp = None
        self._snapshots = {}

    # --- power

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def boot_id(self):
        return self._agent.boot_id

    def start(self, timeout=BOOT_TIMEOUT, kernel=None):
        """Powers on; returns when commands can be run, which is in early boot. `kernel`: a release to boot whatever
        the node's boot loader entries say, as a person at the console can."""
        if self.running:
            raise HarnessError("start: the machine is already running")
        arguments = [*self.kernel_arguments, *([PARK_ARGUMENT] if self._park else [])]
        files = self.firmware.boot_files if self.firmware else boot_loader.boot_files(kernel or self.kernel)
        seen = len(self._console_text())
        try:
            self._power_on(files, arguments, timeout)
        except Deadline:
            # Seen once in some thousand boots: emulated timers stop. Before init nothing of ours has run.
            if STARTS_INIT in self._console_text()[seen:]:
                raise
            note(f"the emulated kernel stood still before its init for {timeout} s; powered on once more")
            self.power_cut()
            self._power_on(files, arguments, timeout)
        return self

    def _power_on(self, files, arguments, timeout):
        costs.count("boots")
        if self.firmware or self.uuid:
            # Variables in a file beside the machine, or hardware that only this scenario has, belong to no kept start.
            self._launch(files, arguments, self.firmware.arguments() if self.firmware else ["-uuid", self.uuid])
            self._agent.wait_early(timeout)
            self._agent.go_on()
            self._agent.wait_hello(timeout)
            return
        kept = early_boot.file_for(self.functions, files, arguments)
        if kept.exists():
            self._launch(files, arguments, early_boot.goes_on_from(kept))
        else:
            self._launch(files, arguments)
            self._agent.wait_early(timeout)
            early_boot.keep(self._qmp, kept)
        self._agent.go_on()
        self._agent.wait_hello(timeout)

    def _launch(self, files, arguments, goes_on=()):
        log = self.folder / "qemu.log"
        self._process, agent, qmp = qemu.launch(self.disk, self.console, log, self.functions, files, arguments, goes_on)
        self._agent = Agent(agent)
        self._qmp = Qmp(qmp)

    def resume(self, snapshot):
        """Powers on from a snapshot, whose copy the disk is; it can be returned to like one of the machine's own."""
        files = boot_loader.boot_files(self.kernel)
        self._launch(files, [*self.kernel_arguments, *([PARK_ARGUMENT] if self._park else [])], ["-loadvm", snapshot.name])
        costs.count("snapshots_loaded")
        self._snapshots[snapshot.name] = self._agent.boot_id = snapshot.boot_id
        self._set_clock()
        return self

    def _set_clock(self):
        """A snapshot has the time at which it was taken, and certificates made since would not be valid yet."""
        self.check(f"date -s @{time.time():.3f}")

    def _console_text(self):
        return self.console.read_text(errors="replace") if self.console.exists() else ""

    def wait_booted(self, timeout=BOOT_TIMEOUT):
        """Waits until systemd has no job left and udev no event; returns systemd's word: running or degraded."""
        # One command for both: each costs the emulated processor a tenth of a second before it does anything.
        output = self.run(f"systemctl is-system-running --wait; {SETTLE} || echo udev has events left", timeout + SETTLE_SECONDS)
        state, _, rest = output.stdout.partition("\n")
        if state not in ("running", "degraded") or rest:
            jobs = self.run("systemctl list-jobs --no-pager").stdout
            raise Deadline(f"the node has not booted after {timeout} s: {output.stdout or 'still starting'}\n{jobs}")
        return state

    def _settle(self):
        """Waits until udev has no event left; 64 ports on a shared processor have many."""
        self.check(SETTLE, SETTLE_SECONDS + 10)

    def reboot(self, timeout=SHUTDOWN_TIMEOUT):
        """A clean reboot, asked for inside; returns when the next boot is complete."""
        self.kernel = boot_loader.default_kernel(self)
        self.check("systemctl --no-block reboot")
        self.wait_next_boot(timeout)
        return self.wait_booted()

    def wait_next_boot(self, timeout=SHUTDOWN_TIMEOUT):
        """Waits for a reset that the node causes itself (panic, watchdog, forced reboot), then for the agent of the
        boot that follows. `timeout` is for the reset."""
        reason = self._wait_end(timeout)
        if reason != "guest-reset":
            raise HarnessError(f"the node was expected to reboot; QEMU has ended with reason {reason!r}")
        return self.start()

    def _wait_end(self, timeout):
        """Waits until QEMU has ended; returns why (QEMU's ShutdownCause)."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Deadline(f"the node has not gone down after {timeout} s; see {self.console}") from None
        reason = self._qmp.wait_shutdown_reason()
        self.power_cut()
        return reason

    def restart(self, functions=None, kernel_arguments=None, park=None):
        """A clean shutdown, then a start with other hardware or kernel arguments."""
        if self.running:
            self.shutdown()
        self.functions = self.functions if functions is None else functions
        self.kernel_arguments = self.kernel_arguments if kernel_arguments is None else tuple(kernel_arguments)
        self._park = self._park if park is None else park
        return self.start()

    def shutdown(self, timeout=SHUTDOWN_TIMEOUT):
        self.kernel = boot_loader.default_kernel(self)
        self.check("systemctl --no-block poweroff")
        reason = self._wait_end(timeout)
        if reason != "guest-shutdown":
            raise HarnessError(f"the node was expected to power off; QEMU has ended with reason {reason!r}")

    def power_cut(self):
        """What the guest has not written is lost."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._agent.close()
        self._qmp.close()

    def discard(self):
        """Removes the disk, hundreds of megabytes; what a person would look at is in the logs beside it."""
        self.disk.unlink(missing_ok=True)

    # --- commands

    def run(self, command, timeout=COMMAND_TIMEOUT, stdin=b""):
        """Runs with bash as root; a command that takes longer than `timeout` is killed and has rc 124."""
        return self._agent.run(command, timeout, stdin)

    def check(self, command, timeout=COMMAND_TIMEOUT, stdin=b""):
        """As run, for a command that has to succeed; returns its output without the last line break."""
        output = self.run(command, timeout, stdin)
        if not output.ok:
            raise CommandFailed(command, output)
        return output.stdout.rstrip("\n")

    # --- files

    def wait_until(self, condition, seconds=PATIENCE):
        """Whether the shell command `condition` has succeeded within so many seconds. How fast it was is not the question: whoever
        asks that of a command measures it beside another one."""
        # bash reads from a pipe that nobody writes to: a process that sleeps would cost as much as the condition.
        script = f"exec {{nothing}}<> <(:); until {condition}; do read -rt {PAUSE} -u $nothing || true; done"
        return self.run(f"timeout {seconds} bash -c {shlex.quote(script)}", seconds + 10).ok

    def write(self, path, content, mode=0o644):
        """A file with this text (or bytes); missing folders are made."""
        data = content.encode() if isinstance(content, str) else content
        output = self._agent.put_file(path, data, mode, COMMAND_TIMEOUT)
        if not output.ok:
            raise CommandFailed(f"write {path}", output)

    def read(self, path):
        output = self._agent.get_file(path, COMMAND_TIMEOUT)
        if not output.ok:
            raise CommandFailed(f"read {path}", output)
        return output.raw

    def read_if_there(self, path):
        """The bytes of a file; none for one that cannot be read."""
        return self._agent.get_file(path, COMMAND_TIMEOUT).raw

    def push(self, local, path, mode=None):
        """A file of the host to a path in the node, or a folder's content into a folder."""
        if local.is_dir():
            self.check(f"mkdir -p {shlex.quote(path)} && tar -x -C {shlex.quote(path)}", PATIENCE, _tar(local))
        else:
            self.write(path, local.read_bytes(), mode or (0o755 if local.stat().st_mode & 0o100 else 0o644))

    def pull(self, path, local):
        """A folder of the node into a folder of the host."""
        output = self.run(f"tar -c -C {shlex.quote(path)} .", PATIENCE)
        if not output.ok:
            raise CommandFailed(f"tar of {path}", output)
        local.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(output.raw)) as archive:
            archive.extractall(local)

    # --- snapshots and the parked boot

    def savevm(self, name):
        self._snapshots[name] = self._agent.boot_id
        self._qmp.monitor(f"savevm {name}", timeout=PATIENCE)
        costs.count("snapshots_taken")

    def loadvm(self, name):
        self._qmp.monitor(f"loadvm {name}", timeout=PATIENCE)
        costs.count("snapshots_loaded")
        self._agent.forget_requests()
        self._agent.boot_id = self._snapshots[name]

    def park(self, timeout=BOOT_TIMEOUT):
        """Waits until the boot (of a machine made with park=True) stands still just before onload-node.service,
        with udev's coldplug done."""
        if not self._park:
            raise HarnessError("park: the machine was made without park=True")
        fifo = f"{PARK_FOLDER}/parked"
        self.check(f"mkdir -p {PARK_FOLDER}; mkfifo {fifo} 2>/dev/null; read -r _ <{fifo}", timeout)
        self._settle()

    def release(self):
        """Lets a parked boot go on."""
        # The parking unit made this FIFO before it said that it stands still, and waits for its other end.
        self.write(f"{PARK_FOLDER}/continue", "go\n", 0o600)


def _tar(folder):
    def owned_by_root(member):
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.add(folder.resolve(), arcname=".", filter=owned_by_root)
    return data.getvalue()
