# SPDX-License-Identifier: BSD-2-Clause
"""A fixture: the folders of a node that the device plugin looks into, and the plugin's process."""

import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path

from kubelet import PATIENCE, Kubelet, until

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
        "nics": [{"pci": "0000:3b:00.0", "driver": "sfc"}, {"pci": "0000:3b:00.1", "driver": "sfc"}],
        "time": {"daemon": "sfptpd.service", "active": True},
        "guard": {"attempts": 0, "limit": 2, "tripped": False},
        "devices": DEVICES,
        "timings_ms": {"load sfc": 250},
    } | changes


class Node:
    """Folders below a scratch folder, with what onload-node has put there on a node that is as wanted."""

    def __init__(self, api, scratch):
        self.root = Path(scratch)
        self.kubelet_directory = self.root / "device-plugins"
        self.dev = self.root / "dev"
        self.user = self.root / "opt" / "onload"
        self.libraries = self.user / "usr" / "lib64"
        self.status_file = self.root / "run" / "public" / "status.json"
        self.spec_file = self.root / "cdi" / "amd.com-onload.json"
        self.kernel = self.root / "kernel"
        for folder in (self.kubelet_directory, self.dev, self.spec_file.parent):
            folder.mkdir()
        for device in DEVICES:
            self.make_device(device)
        self.stage("8.1.2")
        self.offer()
        self.write("proc/sys/kernel/random/boot_id", Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
        self.ports(0, 0)
        self.kubelet = Kubelet(api, self.kubelet_directory)

    def make_device(self, device):
        os.mknod(self.dev / Path(device).name, stat.S_IFCHR | 0o666, NULL_DEVICE)

    def stage(self, version, name=None):
        """Libraries of that version beside the old ones; then the link is changed, as staging does it."""
        folder = self.user / (name or f"{version}-0123456789ab")
        (folder / "usr/lib64").mkdir(parents=True, exist_ok=True)
        (folder / "usr/lib64/libonload.so").write_bytes(b"\x7fELF\0" + f"Onload {version}".encode() + b"\0")
        for link, target in (("current", folder.name), ("usr", "current/usr")):
            (self.user / ".new").unlink(missing_ok=True)
            (self.user / ".new").symlink_to(target)
            (self.user / ".new").rename(self.user / link)

    def resolved(self):
        """Where the libraries are, without a link."""
        return self.libraries.resolve()

    def offer(self, libraries=None, kind="amd.com/onload", devices=("onload", "preload")):
        """The CDI spec, as onload-node writes it."""
        mount = {"hostPath": str(libraries or self.resolved()), "containerPath": str(self.libraries), "options": ["ro"]}
        spec = {"cdiVersion": "0.5.0", "kind": kind, "devices": [{"name": name} for name in devices], "containerEdits": {"mounts": [mount]}}
        self.replace(self.spec_file, json.dumps(spec))

    def write(self, path, text):
        """A file of the kernel."""
        (self.kernel / path).parent.mkdir(parents=True, exist_ok=True)
        (self.kernel / path).write_text(text, encoding="utf-8")

    def ports(self, *numa_nodes):
        """Functions of a card, each on that NUMA node."""
        for number, numa in enumerate(numa_nodes):
            self.write(f"sys/bus/pci/devices/0000:3b:00.{number}/numa_node", f"{numa}\n")
            driver = self.kernel / f"sys/bus/pci/devices/0000:3b:00.{number}/driver"
            if not driver.is_symlink():
                driver.symlink_to("../../drivers/sfc")

    def load(self, state="Live", version="8.1.2", server=""):
        """Onload's modules, as the kernel tells of them."""
        lines = [f"{name} 16384 0 - {state} 0x0000000000000000 (OE)" for name in ("onload", "sfc_char", "sfc_resource", "sfc")]
        self.write("proc/modules", "\n".join(["ext4 1 1 - Live 0x0", *lines]) + "\n")
        self.write("sys/module/onload/version", f"{version}\n")
        self.write("sys/module/onload/parameters/cplane_server_path", f"{server}\n")

    def unload(self):
        self.write("proc/modules", "ext4 1 1 - Live 0x0\n")

    def say(self, text):
        """Replaces the status as onload-node does: at once, under its name."""
        self.replace(self.status_file, text if isinstance(text, str) else json.dumps(text))

    @staticmethod
    def replace(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.rename(path)

    def says_of_cdi(self, **changes):
        """The status, with what it says of the CDI spec."""
        self.say(status(cdi={"spec": str(self.spec_file), "libraries": str(self.resolved()), "problem": ""} | changes))

    def arguments(self):
        return [
            "--listen=127.0.0.1:0",
            f"--kubelet-directory={self.kubelet_directory}",
            f"--status={self.status_file}",
            f"--device-root={self.dev}",
            f"--library-path={self.libraries}",
            f"--cdi-spec={self.spec_file}",
            f"--kernel-root={self.kernel}",
        ]


class Process:
    """The plugin, running; its log is read as it grows."""

    def __init__(self, program, node, *more, **how):
        self.log = node.root / f"log-{len(list(node.root.glob('log-*')))}"
        arguments = [*node.arguments(), *more]
        with self.log.open("wb") as log:
            program = program if isinstance(program, list) else [program]
            self._child = subprocess.Popen([*program, *arguments], stderr=log, stdout=log, **how)
        self.pid = self._child.pid

    def said(self):
        return self.log.read_text(encoding="utf-8")

    def says(self, words, seconds=PATIENCE):
        return until(lambda: words in self.said(), seconds)

    def exit_status(self, seconds=PATIENCE):
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def terminate(self, seconds=PATIENCE):
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
        done = subprocess.run(["curl", "-sS", "--max-time", str(PATIENCE), "-w", written, url], capture_output=True, text=True, timeout=PATIENCE + 20)
        text, _, about = done.stdout.rpartition("\n")
        code, _, kind = about.partition(" ")
        return int(code), kind, text

    def wake_ups(self):
        """How often each of its threads (by name and number), the libraries' too, has gone to sleep and come back so far."""
        counted = {}
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                text = (task / "status").read_text(encoding="ascii")
                name = (task / "comm").read_text(encoding="ascii").strip()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended since
            counted[f"{name} {task.name}"] = sum(int(count) for count in re.findall(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.MULTILINE))
        return counted
