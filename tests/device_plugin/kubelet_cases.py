# SPDX-License-Identifier: BSD-2-Clause
"""What a kubelet asks for beside health, and kubelets and folders that go without a word."""

import shutil

from kubelet import until
from node import status
from running import becomes, registered, running


def topology(cases, api, program):
    for more, numa_nodes, told in (
        ((), (0, 1), None),
        (("--topology=off",), (0, 1), None),
        (("--topology=nodes",), (1, 0), [0, 1]),
        (("--topology=nodes",), (1, 1), [1]),
        (("--topology=nodes",), (-1, 1), [1]),
        (("--topology=nodes",), (-1, -1), None),
    ):
        with running(api, program, *more, start=False) as (node, start):
            node.ports(*numa_nodes)
            node.say(status())
            process = start()
            healthy = registered(node) and becomes(node, "Healthy")
            cases.check(f"{' '.join(more)} ports on NUMA nodes {numa_nodes}: {told}",
                        healthy and node.kubelet.plugin.numa_nodes == told, (node.kubelet.plugin.numa_nodes, process.said()))
    with running(api, program, "--topology=nodes", start=False) as (node, start):
        node.ports(0, 1)
        node.say(status(nics=[{"pci": "0000:3b:00.0", "driver": "sfc"}, {"pci": "0000:3b:00.1", "driver": "vfio-pci"}]))
        process = start()
        registered(node)
        cases.check("a port of another driver does not count", until(lambda: node.kubelet.plugin.numa_nodes == [0]), process.said())
        node.say(status())
        cases.check("a port that comes: the kubelet is told", until(lambda: node.kubelet.plugin.numa_nodes == [0, 1]), process.said())


def preference(cases, api, program):
    with running(api, program, "--devices=20", say=status()) as (node, process):
        if not cases.check("preference: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        plugin = node.kubelet.plugin
        for what, available, must, size, wanted in (
            ("the lowest numbers, not the first words", [10, 9, 2, 19], [], 2, [2, 9]),
            ("with what has to be in it", [0, 1, 2, 3, 19], [19], 3, [19, 0, 1]),
            ("of which there may be enough", [0, 1, 2], [2, 1], 2, [2, 1]),
            ("all that there is", [3, 1], [], 5, [1, 3]),
            ("of nothing nothing", [], [], 1, []),
        ):
            ids = [[f"onload-{number}" for number in numbers] for numbers in (available, must, wanted)]
            cases.equal(f"preference: {what}", plugin.prefers(ids[0], ids[1], size), ids[2])
        cases.equal("preference: strange ids come last", plugin.prefers(["x", "onload-3", "onload-03"], [], 2), ["onload-3", "x"])


def dropped(cases, api, program):
    """A kubelet that is killed leaves its socket; one that has lost the plugin does not even notice."""
    with running(api, program, say=status()) as (node, process):
        if not cases.check("dropped: registered", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        for number in range(3):
            node.kubelet.plugin.drop()
            cases.check(f"a kubelet that watches no more, {number + 1}: it is told again", registered(node, number + 2), process.said())
        cases.check("and not for nothing", not until(lambda: len(node.kubelet.registrations) > 4, 3), len(node.kubelet.registrations))
        cases.check("it has the devices", becomes(node, "Healthy"), process.said())


def directory(cases, api, program):
    with running(api, program, say=status()) as (node, process):
        if not cases.check("the kubelet's folder: registered", registered(node), process.said()):
            return
        node.kubelet.stop()
        shutil.rmtree(node.kubelet_directory)
        cases.check("the kubelet's folder is removed: it waits, and says so", process.says("has gone; waiting for it"), process.said())
        cases.equal("the kubelet's folder is removed: no restart would help", process.get("/healthz")[0], 200)
        node.kubelet_directory.mkdir()
        node.kubelet.start()
        cases.check("the kubelet's folder is made again: registered", registered(node, 2), process.said())
        cases.check("and healthy", becomes(node, "Healthy"), process.said())


PARTS = (topology, preference, dropped, directory)
