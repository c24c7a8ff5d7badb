# SPDX-License-Identifier: BSD-2-Clause
"""For the reasons that a node is most likely to meet, systemctl status, the list of failed units, status, plan and journalctl -x tell one
story. `no-tree`, `pending-apply`, `time-daemon` and `guard` are in `view`.

Each is a boot of its own: eight of them, all with --full."""

from dataclasses import dataclass

from harness import tried
from harness.doctored_trees import ALSO_BOOTED, FILES, DoctoredTree
from harness.views import one_story

CATALOGUE_READY = "journalctl --list-catalog 2>/dev/null | grep -q onload-node"


@dataclass(frozen=True)
class Story:
    state: str
    breaks: callable  # of the node whose boot stands still
    words: tuple  # of the sentence


def of_a_tree(name, *words):
    """One of the trees that `verify` refuses."""
    case = next(case for case in (*ALSO_BOOTED, *FILES) if case.name == name)
    return Story("in-tree", lambda lab, node: case.breakage(node), words or case.words[:1])


def configured(toml):
    return lambda lab, node: node.product.configure(toml)


def typed(command):
    return lambda lab, node: node.machine.check(command.format(extra=node.extra))


def a_driver_whose_init_fails(lab, node):
    node.machine.push(lab.faulty_driver("INIT_FAILS"), f"{node.extra}/sfc.ko")


SHORT = {
    "symbols": of_a_tree("bad CRC"),
    "pins": of_a_tree("pinned to other bytes"),
    "signature": of_a_tree("unsigned", "is not signed, and driver.signature demands it"),
    "unsafe-path": Story("in-tree", typed("chmod 666 {extra}/sfc.ko"), ("0666",)),
    "config": Story("in-tree", configured('[names]\npolicy = "sequentail"\n'), ("configuration: ", ":2:")),
    "undone": Story("in-tree", a_driver_whose_init_fails, ("sfc",)),
    "onload-missing": Story("degraded", configured('[driver.parameters]\nonload = { cplane_init_timeout = "soon" }\n'), ("module onload is not loaded",)),
    "control-plane": Story("degraded", typed("rm /usr/local/sbin/onload_cp_server"), ("onload_cp_server",)),
}
MORE = {
    "wrong-kernel": of_a_tree("wrong vermagic"),
    "module-missing": of_a_tree("module missing"),
    "unknown-parameter": Story("degraded", configured('[driver.parameters]\nsfc = { no_such = "1" }\n'), ("no_such",)),
}


def scenario(lab):
    machine = lab.parked(functions=2)
    node = DoctoredTree(machine)
    machine.savevm("good")
    chosen = SHORT | (MORE if lab.full else {})
    for reason, story in chosen.items():
        machine.loadvm("good")
        story.breaks(lab, node)
        machine.release()
        machine.wait_booted()
        machine.wait_until(CATALOGUE_READY)
        one_story(node.product, reason, story.state, reason, *story.words)
    tried(f"{len(chosen)} of {len(SHORT | MORE)} reasons")
