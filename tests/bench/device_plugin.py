# SPDX-License-Identifier: BSD-2-Clause
"""The device plugin: memory, and Allocate at 1000 devices in Allocates at 100.

Against the stand-in of the kubelet, on this machine: the whole list of devices in one Allocate each, medians; resident memory
after them."""

import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from runner import build
from runner.paths import ROOT, TOOLS

sys.path.insert(0, str(ROOT / "tests" / "device_plugin"))
from kubelet import load_api, until  # noqa: E402
from node import Node, Process, status  # noqa: E402

ROUNDS = 300
COUNTS = (100, 1000)


def milliseconds(plugin, ids):
    """One Allocate, as the kubelet waits for it."""
    begin = time.monotonic()
    plugin.allocate(ids)
    return 1000 * (time.monotonic() - begin)


def resident(pid):
    """MiB, now and at most."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return tuple(int(re.search(rf"{field}:\s+(\d+)", text)[1]) / 1024 for field in ("VmRSS", "VmHWM"))


def measure(api, count):
    """Milliseconds of an Allocate of one device and of all, MiB."""
    with tempfile.TemporaryDirectory(prefix="onload-device-plugin.") as scratch:
        node = Node(api, scratch)
        node.say(status())
        node.kubelet.start()
        process = Process(build.RELEASE.directory / "src/device_plugin/onload-device-plugin", node, f"--devices={count}")
        try:
            if not until(lambda: node.kubelet.plugin and node.kubelet.plugin.health() == "Healthy"):
                sys.exit(f"tests/bench/run: the plugin did not become healthy:\n{process.said()}")
            plugin, ids = node.kubelet.plugin, [f"onload-{number}" for number in range(count)]
            one = statistics.median(milliseconds(plugin, ids[-1:]) for _ in range(ROUNDS))
            whole = statistics.median(milliseconds(plugin, ids) for _ in range(ROUNDS))
            return one, whole, resident(process.pid)
        finally:
            process.terminate()
            node.kubelet.stop()


def bench(_lab):
    api = load_api(TOOLS / "kubelet-api")
    few, many = (measure(api, count) for count in COUNTS)
    for count, (one, whole, (now, most)) in zip(COUNTS, (few, many)):
        print(f"{count} devices: Allocate of one {one:.2f} ms, of all {whole:.2f} ms; {now:.1f} MiB resident, at most {most:.1f}")
    print(f"{COUNTS[1]} devices / {COUNTS[0]} devices: Allocate of one {many[0] / few[0]:.2f}, of all {many[1] / few[1]:.2f}")
