# SPDX-License-Identifier: BSD-2-Clause
"""The plugin, running on a fixture of a node beside a stand-in of the kubelet, and what it is expected to become."""

import tempfile
import time
from contextlib import contextmanager

import grpc
from kubelet import PATIENCE, until
from node import Node, Process


@contextmanager
def running(api, program, *more, say=None, kubelet=True, start=True):
    """A node, with the plugin and its kubelet running; none of it is left. With start=False the second value starts the plugin,
    with more arguments if need be, once the node is as it is to be."""
    with tempfile.TemporaryDirectory(prefix="onload-device-plugin.") as scratch:
        node = Node(api, scratch)
        if say is not None:
            node.say(say)
        if kubelet:
            node.kubelet.start()
        started = []

        def begin(*extra):
            started.append(Process(program, node, *more, *extra))
            return started[-1]

        try:
            yield node, begin() if start else begin
        finally:
            for process in started:
                process.terminate()
            node.kubelet.stop()


def registered(node, times=1, seconds=PATIENCE):
    """Whether the plugin has registered so often, and its first list has come."""
    kubelet = node.kubelet
    return until(lambda: len(kubelet.registrations) >= times and kubelet.plugin and kubelet.plugin.lists, seconds)


def becomes(node, health, seconds=PATIENCE):
    return until(lambda: node.kubelet.plugin and node.kubelet.plugin.health() == health, seconds)


def away_and_back(cases, node, process, title, go, come, words):
    """One thing that makes the devices unhealthy, and its opposite."""
    begin = time.monotonic()
    go()
    gone = becomes(node, "Unhealthy")
    if not cases.check(f"{title}: unhealthy, and says why", gone and process.says(words), process.said()):
        return
    middle = node.kubelet.plugin.lists[-1][0]
    try:
        node.kubelet.plugin.allocate(["onload-0"])
        refusal = ""
    except grpc.RpcError as error:
        refusal = f"{error.code().name} {error.details()}"
    cases.check(f"{title}: gives nothing out, with the reason", "FAILED_PRECONDITION" in refusal and words in refusal, refusal)
    back = time.monotonic()
    come()
    cases.check(f"{title}: and back again", becomes(node, "Healthy"), process.said())
    print(f"  # {title}: unhealthy after {1000 * (middle - begin):.1f} ms, healthy after {1000 * (node.kubelet.plugin.lists[-1][0] - back):.1f} ms")
