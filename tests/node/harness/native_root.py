# SPDX-License-Identifier: BSD-2-Clause
"""The node's root file system, entered natively: for what no boot shows. Commands in it run on the host's kernel and as fast as
the host does, in namespaces of their own, with the files and programs of a node; no systemd, no udev and no card.

The host's kernel is not the node's: what is said of modules is said for `kernel`, whose module tree is in there."""

import os
import select
import shlex
import shutil
import signal
import subprocess
import tempfile

from . import paths
from .agent import Output
from .errors import CommandFailed, HarnessError
from .machine import COMMAND_TIMEOUT, Machine

INIT = paths.NODE / "guest" / "native_init"
START_TIMEOUT = 300
TIMED_OUT = 124
# What would reach past the namespaces, to the one kernel and its devices.
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-sys_module,-sys_boot,-sys_rawio,-sys_time,-mknod,-syslog")
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}


class NativeRoot:
    """Started by being made; ends with close(), or with the harness. `disk` is the folder of what is written in it."""

    def __init__(self, folder, name="root"):
        self.folder, self.disk = folder, folder / name
        self.kernel = paths.kernel_release()
        shutil.rmtree(self.disk, ignore_errors=True)
        self.disk.mkdir()
        self._log = folder / f"{name}.log"
        self._process, self._init = self._start()

    def _start(self):
        words = ["unshare", "--mount", "--propagation", "private", "--pid", "--net", "--uts", "--ipc", "--fork", "--kill-child"]
        with open(self._log, "wb") as log:
            process = subprocess.Popen(
                [*WITHOUT_RIGHTS, "--pdeathsig=KILL", *words, INIT, paths.ROOT.resolve(), self.disk],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        with process.stdout:
            ready, _, _ = select.select([process.stdout], [], [], START_TIMEOUT)
            answer = process.stdout.readline() if ready else b""
        if not answer:
            process.kill()
            process.wait()
            raise HarnessError(f"the native root could not be made: {self._log.read_text(errors='replace')}")
        return process, int(answer)

    @property
    def running(self):
        return self._process.poll() is None

    def close(self):
        """Nothing of it lives on: its first process ends when all others have ended, and takes the mounts along."""
        if self.running:
            os.kill(self._init, signal.SIGKILL)
        self._process.wait()

    # As the lab ends all that it has started.
    power_cut = close

    def run(self, command, timeout=COMMAND_TIMEOUT, stdin=b""):
        """Runs with bash as root; a command that takes longer than `timeout` is killed and has rc 124."""
        enter = ["nsenter", f"--target={self._init}", "--mount", "--pid", "--net", "--uts", "--ipc", "--root", "--wd"]
        # Files, not pipes: what a command leaves running in the background may hold them open.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [*WITHOUT_RIGHTS, *enter, "bash", "-c", command], env=ENVIRONMENT,
                stdin=subprocess.PIPE, stdout=out, stderr=errors, start_new_session=True)
            try:
                process.communicate(stdin, timeout)
                rc = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                rc = TIMED_OUT
            out.seek(0)
            errors.seek(0)
            raw = out.read()
            return Output(128 - rc if rc < 0 else rc, raw.decode(errors="replace"), errors.read().decode(errors="replace"), raw)

    def discard(self):
        """Removes its files; the mounts over them went with its first process."""
        shutil.rmtree(self.disk, ignore_errors=True)

    def write(self, path, content, mode=0o644):
        """A file with this text (or bytes); missing folders are made."""
        data = content.encode() if isinstance(content, str) else content
        name = shlex.quote(path)
        self.check(f'mkdir -p "$(dirname {name})" && cat >{name} && chmod {mode:o} {name}', stdin=data)

    def read(self, path):
        output = self.run(f"cat {shlex.quote(path)}")
        if not output.ok:
            raise CommandFailed(f"read {path}", output)
        return output.raw

    def read_if_there(self, path):
        """The bytes of a file; none for one that cannot be read."""
        return self.run(f"cat {shlex.quote(path)}").raw

    # What needs nothing but these is done as in a machine.
    check, push, pull = Machine.check, Machine.push, Machine.pull
