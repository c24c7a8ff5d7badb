# SPDX-License-Identifier: BSD-2-Clause
"""QEMU's machine protocol, as far as the tests need it."""

import json
import socket
import threading

from .errors import Deadline, HarnessError


class Qmp:
    def __init__(self, connection: socket.socket):
        self._connection = connection
        self._changed = threading.Condition()
        self._executing = threading.Lock()
        self._answer = None
        self._shutdown_reason = None
        self._closed = False
        threading.Thread(target=self._read, daemon=True).start()
        self.execute("qmp_capabilities")

    def close(self):
        self._connection.close()

    def execute(self, command, timeout=600, **arguments):
        with self._executing:
            with self._changed:
                self._answer = None
            message = {"execute": command, "arguments": arguments}
            self._connection.sendall(json.dumps(message).encode() + b"\n")
            with self._changed:
                self._changed.wait_for(lambda: self._answer is not None or self._closed, timeout)
                answer = self._answer
        if answer is None:
            raise Deadline(f"QEMU did not answer {command} within {timeout} s, or has ended")
        if "error" in answer:
            raise HarnessError(f"QEMU refuses {command}: {answer['error'].get('desc')}")
        return answer["return"]

    def monitor(self, line, timeout=600):
        """A command of the human monitor; those print nothing when they succeed."""
        said = self.execute("human-monitor-command", timeout, **{"command-line": line})
        if said.strip():
            raise HarnessError(f"QEMU's monitor, {line}: {said.strip()}")

    def wait_shutdown_reason(self, timeout=60):
        """After QEMU's end: why it ended, or None if it did not say (killed, crashed)."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, timeout)
            return self._shutdown_reason

    def _read(self):
        try:
            for line in self._connection.makefile("rb"):
                self._take(json.loads(line))
        except (OSError, ValueError):
            pass  # QEMU was killed in the middle of a line
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, message):
        if "event" in message:
            if message["event"] == "SHUTDOWN":
                self._shutdown_reason = message["data"]["reason"]
        elif "return" in message or "error" in message:
            with self._changed:
                self._answer = message
                self._changed.notify_all()
