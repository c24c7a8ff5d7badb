# SPDX-License-Identifier: BSD-2-Clause
"""The host's side of guest/agent.c: runs commands inside the node over a virtio serial port."""

import dataclasses
import secrets
import socket
import threading
import time

from .errors import Deadline, HarnessError, MachineReset

# How much longer than the command itself its answer may take: the guest is emulated and the host may be busy.
ANSWER_GRACE = 300


@dataclasses.dataclass(frozen=True)
class Output:
    rc: int
    stdout: str
    stderr: str
    raw: bytes = dataclasses.field(default=b"", repr=False)

    @property
    def ok(self):
        return self.rc == 0


class Agent:
    """One per QEMU process. A thread reads all the time: an unread serial port stalls the guest."""

    def __init__(self, connection: socket.socket):
        self._connection = connection
        self._changed = threading.Condition()
        self._running = threading.Lock()
        self._received = b""
        self._answers = {}
        self._last_id = 0
        self._closed = False
        self._early = False
        self.boot_id = ""
        threading.Thread(target=self._read, daemon=True).start()

    def close(self):
        """Called when QEMU has ended; whoever waits is told."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._connection.close()

    def forget_requests(self):
        """After a return to a snapshot: half an answer may have arrived, what comes next starts a new one."""
        with self._changed:
            self._received = b""

    def wait_early(self, timeout):
        """Waits until the initrd asks whether to go on."""
        self._wait_for(lambda: self._early, timeout, "the kernel has not come to its initrd")

    def go_on(self):
        """Lets the initrd go on, with the time and random bytes of its own: it may be in a kept moment."""
        self._send(f"GO {time.time():.0f} {secrets.token_hex(32)}\n".encode())

    def wait_hello(self, timeout):
        """Waits until the agent of this boot runs."""
        self._wait_for(lambda: self.boot_id, timeout, "no test agent in the node, it hangs in early boot")

    def _wait_for(self, arrived, timeout, otherwise):
        with self._changed:
            self._changed.wait_for(lambda: arrived() or self._closed, timeout)
            if self._closed:
                raise MachineReset("QEMU has ended while the node was booting; see qemu.log and the console log")
            if not arrived():
                raise Deadline(f"after {timeout} s: {otherwise}")

    def run(self, command, timeout, stdin=b""):
        return self._ask("RUN", int(timeout * 1000), command, stdin, timeout)

    def get_file(self, path, timeout):
        """The content as `raw`; no process is started for it."""
        return self._ask("GET", 0, path, b"", timeout)

    def put_file(self, path, content, mode, timeout):
        return self._ask("PUT", mode, path, content, timeout)

    def _ask(self, kind, number, text, data, timeout):
        with self._running:
            return self._ask_one(kind, number, text.encode(), data, timeout)

    def _ask_one(self, kind, number, command, stdin, timeout):
        with self._changed:
            self._last_id += 1
            request = self._last_id
        header = f"{kind} {request} {number} {len(command)} {len(stdin)}\n".encode()
        started = time.monotonic()
        self._send(header + command + stdin)
        with self._changed:
            self._changed.wait_for(
                lambda: request in self._answers or self._closed, timeout + ANSWER_GRACE
            )
            answer = self._answers.pop(request, None)
            if answer:
                return answer
            if self._closed:
                raise MachineReset(f"the machine was reset or ended during: {command.decode()}")
        raise Deadline(f"no answer after {time.monotonic() - started:.0f} s to: {command.decode()}")

    def _send(self, data):
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise MachineReset(f"QEMU has closed the test agent's port: {error}") from error

    def _read(self):
        while True:
            try:
                data = self._connection.recv(1 << 20)
            except OSError:
                data = b""
            with self._changed:
                if not data:
                    self._closed = True
                    self._changed.notify_all()
                    return
                self._received += data
                while self._take_frame():
                    pass
                self._changed.notify_all()

    def _take_frame(self):
        header, newline, rest = self._received.partition(b"\n")
        if not newline:
            return False
        words = header.decode(errors="replace").split()
        if words == ["EARLY"]:
            self._early = True
            self._received = rest
            return True
        if len(words) == 2 and words[0] == "HELLO":
            self.boot_id = words[1]
            self._received = rest
            return True
        if len(words) == 5 and words[0] == "END":
            return self._take_answer([int(word) for word in words[1:]], rest)
        raise HarnessError(f"the test agent's port carries something else: {header[:200]!r}")

    def _take_answer(self, numbers, rest):
        request, rc, out_size, err_size = numbers
        if len(rest) < out_size + err_size:
            return False
        out, err = rest[:out_size], rest[out_size : out_size + err_size]
        self._received = rest[out_size + err_size :]
        if request == self._last_id:  # an older one was given up
            self._answers[request] = Output(rc, out.decode(errors="replace"), err.decode(errors="replace"), out)
        return True
