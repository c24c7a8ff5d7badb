# SPDX-License-Identifier: BSD-2-Clause
"""A fixture: the folders of a node that the device plugin looks into, and the plugin's process."""

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path

from kubelet import Kubelet, until

DEVICES = ["/dev/onload", "/dev/onload_epoll", "/dev/sfc_char"]
NULL_DEVICE = os.makedev(1, 3)


def status(**changes):
    """What onload-node says of a node that is as wanted, with changes."""
    return {
        "schema": 1,
        "version": "0.1.0",
        "boot_id": Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(),
        "kernel": "5.14.0-427.el9.x86_64",
        "state": "active",
        "reason": "as wanted",
        "reason_code": "as-wanted",
        "modules": [
            {"name": "sfc", "origin": "out-of-tree", "version": "5.3.16.1000"},
            {"name": "onload", "origin": "out-of-tree", "version": "8.1.2"},
        ],
        "nics": [{"pci": "0000:3b:00.0"}, {"pci": "0000:3b:00.1"}],
        "time": {"daemon": "sfptpd.service", "active": True},
        "guard": {"attempts": 0, "limit": 2, "tripped": False},
        "devices": DEVICES,
        "timings_ms": {"load sfc": 250},
    } | changes


class Node:
    """Folders below a scratch folder."""

    def __init__(self, api, scratch):
        self.root = Path(scratch)
        self.kubelet_directory = self.root / "device-plugins"
        self.dev = self.root / "dev"
        self.libraries = self.root / "lib64"
        self.status_file = self.root / "run" / "status.json"
        for folder in (self.kubelet_directory, self.dev, self.libraries):
            folder.mkdir()
        for device in DEVICES:
            self.make_device(device)
        self.kubelet = Kubelet(api, self.kubelet_directory)

    def make_device(self, device):
        os.mknod(self.dev / Path(device).name, stat.S_IFCHR | 0o666, NULL_DEVICE)

    def say(self, text):
        """Replaces the status as onload-node does: at once, under its name."""
        self.status_file.parent.mkdir(exist_ok=True)
        new = self.status_file.with_suffix(".new")
        new.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        new.rename(self.status_file)

    def arguments(self):
        return [
            "--listen=127.0.0.1:0",
            f"--kubelet-directory={self.kubelet_directory}",
            f"--status={self.status_file}",
            f"--device-root={self.dev}",
            f"--library-path={self.libraries}",
        ]


class Process:
    """The plugin, running; its log is read as it grows."""

    def __init__(self, program, node, *more):
        self.log = node.root / f"log-{len(list(node.root.glob('log-*')))}"
        with self.log.open("wb") as log:
            self._child = subprocess.Popen([program, *node.arguments(), *more], stderr=log, stdout=log)
        self.pid = self._child.pid

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def says(self, words, seconds=10):
        return until(lambda: words in self.said(), seconds)

    def exit_status(self, seconds=10):
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self, seconds=10):
        """Its exit status after SIGTERM; None, and killed, if it does not come."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        status_ = self.exit_status(seconds)
        if status_ is None:
            self._child.kill()
            self._child.wait()
        return status_

    def get(self, path):
        """Status, content type and text of what curl is answered."""
        port = re.search(r"/healthz and /metrics on port (\d+)", self.said())[1]
        written = "\n%{http_code} %{content_type}"
        url = f"http://127.0.0.1:{port}{path}"
        done = subprocess.run(["curl", "-sS", "--max-time", "5", "-w", written, url], capture_output=True, text=True, timeout=20)
        text, _, about = done.stdout.rpartition("\n")
        code, _, kind = about.partition(" ")
        return int(code), kind, text

    def wake_ups(self):
        """How often each of its threads (by name and number), the libraries' too, has gone to sleep and come back so far."""
        counted = {}
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            text = (task / "status").read_text(encoding="ascii")
            name = (task / "comm").read_text(encoding="ascii").strip()
            counted[f"{name} {task.name}"] = sum(int(count) for count in re.findall(r"ctxt_switches:\s+(\d+)", text))
        return counted
