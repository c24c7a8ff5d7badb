# SPDX-License-Identifier: BSD-2-Clause
"""A staged tree that would not load leaves node, driver and names untouched at boot, and the reason is told.

Each doctored tree is tried where the boot stands still just before the activation, and given back: three of them, all of those
of `verify` with --full. Here is, too, what only a running kernel shows: foreign modules, ports, and signatures that it demands from then
on: booted so, the fixture in the place of the in-tree driver would not load either."""

import json

from harness import check, doctored, expect_equal, note, paths, tried
from harness.doctored_trees import ALSO_BOOTED, ANOTHER_CARD, FILES, DoctoredTree, another_kernel, another_root
from harness.exit_status import IN_TREE
from harness.product import STAGED_MODULES

CHECKS = ["tree", "paths", "modules", "machine", "vermagic", "symbols", "ibt", "signature", "pins", "ports", "parameters", "holders",
          "stacks", "virtual-functions", "loading", "storage"]

# rmmod does not wait for somebody who looks at the module just then.
RMMOD = "for i in 1 2 3 4 5; do rmmod sfc && break; sleep 1; done"


class Node(DoctoredTree):
    """The parked machine and its staged tree."""

    def __init__(self, machine):
        super().__init__(machine)
        self.in_tree = self.product.in_tree_build_id(self.kernel)
        self.loaded = machine.check("stat -c %i /sys/module/sfc")


def a_good_tree(node):
    done = node.product.run("verify")
    verdicts = [line.split()[:2] for line in done.stdout.splitlines()]
    expect_equal("good tree: every check passes, a line each", (done.rc, verdicts), (0, [["ok", name] for name in CHECKS]))
    check("good tree: symbols are those of the kernel's symvers.gz", f"/lib/modules/{node.kernel}/symvers.gz" in done.stdout, done.stdout)
    document = json.loads(node.product.run("verify --json").stdout)
    expect_equal("good tree: and in JSON", (document["schema"], document["kernel"], [c["id"] for c in document["checks"]],
                                            {c["verdict"] for c in document["checks"]}), (1, node.kernel, CHECKS, {"passed"}))
    expect_equal("good tree: each check has the promised fields", set(document["checks"][0]),
                 {"id", "verdict", "mandatory", "subject", "text", "advice", "reason_code"})
    note(next(line for line in done.stdout.splitlines() if "symbols" in line))


def apply_stays_in_tree(node, case, code):
    done = node.product.run("apply")
    status = node.product.recorded_status()
    expect_equal(f"{case}: apply ends as in-tree, by the reason", (done.rc, status["state"], status["reason_code"]), (IN_TREE, "in-tree", code))
    expect_equal(f"{case}: the in-tree driver was not touched",
                 (node.product.loaded_build_id("sfc"), node.machine.check("stat -c %i /sys/module/sfc")), (node.in_tree, node.loaded))
    expect_equal(f"{case}: the ports have their names", node.product.names(), ["ens8f0", "ens8f1"])


def refused(node, case):
    case.breakage(node)
    node.verify_says(case.name, case.identifier, *case.words)
    apply_stays_in_tree(node, case.name, case.code)
    node.give_back()


def a_foreign_module(node):
    node.machine.push(paths.DRIVERS / "in-tree" / "sfc_watcher.ko", "/run/onload-node-test/sfc_watcher.ko")
    node.machine.check("insmod /run/onload-node-test/sfc_watcher.ko")
    node.verify_says("foreign module", "holders", "sfc_watcher")
    apply_stays_in_tree(node, "foreign module", "busy")
    node.machine.check("rmmod sfc_watcher")


def enforced_by_the_kernel(node):
    node.machine.savevm("before")
    node.machine.check("echo 1 >/sys/module/module/parameters/sig_enforce")
    node.verify_says("enforced by the kernel", "signature", "onload.ko is not signed", "sig_enforce")
    apply_stays_in_tree(node, "enforced by the kernel", "signature")
    node.machine.loadvm("before")


def branches_enforced(node):
    """No emulated processor tracks branches: the kernel's word about it has a stand-in, as Linux writes it (arch/x86/kernel/cpu/proc.c)."""
    flags = node.machine.check("grep -m 1 ^flags /proc/cpuinfo")
    node.machine.write("/run/onload-node-test/cpuinfo", f"processor\t: 0\n{flags} ibt\n")
    node.machine.check("mount --bind /run/onload-node-test/cpuinfo /proc/cpuinfo")
    node.verify_says("branches tracked", "ibt", "was not built for indirect branch tracking")
    apply_stays_in_tree(node, "branches tracked", "ibt")
    node.machine.check("umount /proc/cpuinfo")


def built_for_another_release(node):
    """The kernel compares CRCs and, with modversions, not the release (its kernel/module/version.c): so weak-modules shares modules."""
    release = node.kernel.encode()
    other = b"9" + release[1:]
    node.put("sfc.ko", doctored.exchanged(node.good["sfc.ko"], b"vermagic=" + release, b"vermagic=" + other))
    takes = node.machine.run(f"udevadm control --stop-exec-queue; {RMMOD}; insmod {node.extra}/sfc.ko; echo $?; {RMMOD}; "
                             "modprobe sfc; udevadm control --start-exec-queue; udevadm settle --timeout=10")
    check("another release: the kernel takes it", takes.stdout.strip() == "0", f"{takes.stdout}{takes.stderr}")
    done = node.product.run("verify")
    check("another release: so does verify, and says it", done.rc == 0 and f"sfc is for {other.decode()}" in done.stdout, f"{done.rc}\n{done.stdout}")
    node.product.configure('[driver]\nvermagic = "exact"\n')
    node.verify_says("another release, and it has to be exact", "vermagic", f"sfc.ko is for {other.decode()}")


def an_unknown_parameter(node):
    """Advice: the driver is on, the node degraded. Its sfc.ko is the one for another release."""
    node.product.configure("[driver.parameters]\nsfc = { rss_cpu = \"4\" }\n")
    done = node.product.run("verify")
    check("unknown parameter: verify advises and ends with 0",
          done.rc == 0 and any(line.split()[:2] == ["advice", "parameters"] and "rss_cpu" in line for line in done.stdout.splitlines()),
          f"{done.rc}\n{done.stdout}")
    node.machine.release()
    node.machine.wait_booted()
    status = node.product.status()
    expect_equal("unknown parameter: degraded, by its own reason", (status["state"], status["reason_code"]), ("degraded", "unknown-parameter"))
    expect_equal("unknown parameter: the kernel has the staged modules", {m: node.product.loaded_build_id(m) for m in STAGED_MODULES},
                 node.product.staged_build_ids(node.kernel))


def scenario(lab):
    machine = lab.parked(functions=2)
    node = Node(machine)
    a_good_tree(node)
    if lab.full:
        another_kernel(node)
        another_root(node)
    cases = (ANOTHER_CARD, *ALSO_BOOTED, *(FILES if lab.full else ()))
    for case in cases:
        refused(node, case)
    tried(f"{len(cases)} doctored trees")
    a_foreign_module(node)
    enforced_by_the_kernel(node)
    branches_enforced(node)
    built_for_another_release(node)
    an_unknown_parameter(node)
    note("virtual functions and Onload stacks: the emulated card and the fixtures have none; see tests/core/verify_test.cpp")
