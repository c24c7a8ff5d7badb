# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is wrong with a staged tree is found before anything is touched: `verify` names it, apply stays in-tree.

Each doctored tree is looked at where the boot stands still just before the activation, and given back. The unsigned
one is refused by `driver.signature = "always"`, and by a kernel that takes signed modules only from then on: booted so, the fixture in the
place of the in-tree driver would not load either."""

import hashlib
import json

from harness import check, doctored, expect_equal, note, paths
from harness.product import DROP_IN, STAGED_MODULES, Product

PINS = "/etc/onload-node/modules.sha256"
CHECKS = ["tree", "paths", "modules", "machine", "vermagic", "symbols", "signature", "pins", "ports", "parameters", "holders",
          "stacks", "virtual-functions"]


class Node:
    """The parked machine and its staged tree."""

    def __init__(self, lab, machine):
        self.machine, self.kernel = machine, lab.kernel
        self.product = Product(machine)
        self.extra = f"/opt/lib/modules/{lab.kernel}/extra"
        self.good = {file.name: file.read_bytes() for file in (paths.STAGED / "lib/modules" / lab.kernel / "extra").iterdir()}
        self.in_tree = self.product.in_tree_build_id(lab.kernel)
        self.loaded = machine.check("stat -c %i /sys/module/sfc")
        machine.check("cp -a /opt /run/onload-node-test/opt")

    def put(self, name, content):
        self.machine.write(f"{self.extra}/{name}", content)

    def give_back(self):
        self.machine.check(f"rm -rf /opt/lib {PINS} {DROP_IN}; cp -a /run/onload-node-test/opt/lib /opt/lib")

    def depmod(self):
        self.machine.check(f"depmod -b /opt {self.kernel} 2>/dev/null; test -s /opt/lib/modules/{self.kernel}/modules.dep")

    def pin(self, modules):
        self.machine.write(PINS, "".join(
            f"{hashlib.sha256(content).hexdigest()}  {self.kernel}/extra/{name}\n" for name, content in modules.items()))


def verify_says(node, case, identifier, *words):
    """`verify` ends with 3 and says FAILED for this check."""
    done = node.product.run("verify")
    lines = [line for line in done.stdout.splitlines() if line.split()[:2] == ["FAILED", identifier]]
    check(f"{case}: verify ends with 3 and has a line FAILED {identifier}", done.rc == 3 and lines, f"{done.rc}\n{done.stdout}{done.stderr}")
    check(f"{case}: the line says {' and '.join(words)}", any(all(word in line for word in words) for line in lines), done.stdout)


def apply_stays_in_tree(node, case, code):
    done = node.product.run("apply")
    status = node.product.recorded_status()
    expect_equal(f"{case}: apply ends with 3, in-tree, by the reason", (done.rc, status["state"], status["reason_code"]), (3, "in-tree", code))
    expect_equal(f"{case}: the in-tree driver was not touched",
                 (node.product.loaded_build_id("sfc"), node.machine.check("stat -c %i /sys/module/sfc")), (node.in_tree, node.loaded))
    expect_equal(f"{case}: the ports have their names", node.product.names(), ["ens8f0", "ens8f1"])


def refused(node, case, breakage, identifier, code, *words):
    breakage(node)
    verify_says(node, case, identifier, *words)
    apply_stays_in_tree(node, case, code)
    node.give_back()


def change_sfc(change):
    return lambda node: node.put("sfc.ko", change(node.good["sfc.ko"]))


def without_a_module(node):
    node.machine.check(f"rm {node.extra}/sfc_char.ko*")
    node.depmod()


def pinned_to_other_bytes(node):
    node.pin(node.good | {"onload.ko": b"another build"})


def not_all_pinned(node):
    node.pin({name: content for name, content in node.good.items() if name != "sfc_resource.ko.xz"})


def signatures_demanded(node):
    node.product.configure('[driver]\nsignature = "always"\n')


def another_card_only(module):
    return doctored.exchanged(module, b"alias=pci:v00008086", b"alias=pci:v00008087")


CASES = (
    ("module missing", without_a_module, "modules", "module-missing", "sfc_char"),
    ("truncated", change_sfc(lambda module: module[: len(module) // 2]), "modules", "unusable-module", "sfc.ko", "cut off"),
    ("wrong machine", change_sfc(doctored.other_machine), "machine", "wrong-machine", "sfc.ko", "ELF machine 21"),
    ("wrong vermagic", change_sfc(lambda module: doctored.exchanged(module, b" SMP preempt", b" SMP PREEMPT")),
     "vermagic", "wrong-kernel", "other options"),
    ("bad CRC", change_sfc(lambda module: doctored.bad_crc(module, "register_netdev")),
     "symbols", "symbols", "sfc.ko needs register_netdev with CRC", "the kernel has"),
    ("symbol that nobody exports", change_sfc(lambda module: doctored.symbol_renamed(module, "alloc_etherdev_mqs", "alloc_etherdev_xxx")),
     "symbols", "symbols", "needs alloc_etherdev_xxx, which neither the kernel nor a staged module exports"),
    ("symbol without a version", change_sfc(lambda module: doctored.version_lost(module, "register_netdev")),
     "symbols", "symbols", "needs register_netdev without a CRC"),
    ("unsigned", signatures_demanded, "signature", "signature", "onload.ko is not signed", "driver.signature"),
    ("pinned to other bytes", pinned_to_other_bytes, "pins", "pins", "onload.ko has SHA-256"),
    ("not pinned", not_all_pinned, "pins", "pins", "sfc_resource.ko.xz is not listed"),
    ("damaged pins", lambda node: node.machine.write(PINS, "# pins\nabc  sfc.ko\n"), "pins", "pins", f"{PINS}:2: damaged line"),
    ("driver for another card", change_sfc(another_card_only), "ports", "port-unclaimed", "0000:00:08.0", "would be lost"),
)


def a_good_tree(node):
    done = node.product.run("verify")
    verdicts = [line.split()[:2] for line in done.stdout.splitlines()]
    expect_equal("good tree: every check passes, a line each", (done.rc, verdicts), (0, [["ok", name] for name in CHECKS]))
    check("good tree: symbols are those of the kernel's symvers.gz", f"/lib/modules/{node.kernel}/symvers.gz" in done.stdout, done.stdout)
    document = json.loads(node.product.run("verify --json").stdout)
    expect_equal("good tree: and in JSON", (document["schema"], document["kernel"], [c["id"] for c in document["checks"]],
                                            {c["verdict"] for c in document["checks"]}), (1, node.kernel, CHECKS, {"passed"}))
    expect_equal("good tree: each check has the promised fields", set(document["checks"][0]),
                 {"id", "verdict", "mandatory", "subject", "text", "advice"})
    note(next(line for line in done.stdout.splitlines() if "symbols" in line))


def another_kernel(node):
    done = node.product.run("verify --kernel 9.9.9")
    check("another kernel: nothing is staged for it, 3", done.rc == 3 and "nothing is staged for kernel 9.9.9" in done.stdout, done.stdout)


def another_root(node):
    """What a machine that prepares a node's files sees: the same tree below another directory."""
    node.machine.check(f"mkdir -p /run/onload-node-test/root/lib/modules && cp -a /opt /run/onload-node-test/root/opt && "
                       f"cp -a /lib/modules/{node.kernel} /run/onload-node-test/root/lib/modules/")
    done = node.product.run("verify --root /run/onload-node-test/root")
    kept = [line.split()[:3] for line in done.stdout.splitlines() if line.startswith("not checkable")]
    expect_equal("another root: it would load there; hardware and keys are not asked",
                 (done.rc, [words[2] for words in kept]), (0, ["signature", "ports"]))
    node.put("sfc.ko", doctored.other_machine(node.good["sfc.ko"]))
    expect_equal("another root: and this machine's own tree does not matter",
                 node.product.run("verify --root=/run/onload-node-test/root/").rc, 0)
    node.give_back()


def a_foreign_module(node):
    node.machine.push(paths.DRIVERS / "in-tree" / "sfc_watcher.ko", "/run/onload-node-test/sfc_watcher.ko")
    node.machine.check("insmod /run/onload-node-test/sfc_watcher.ko")
    verify_says(node, "foreign module", "holders", "sfc_watcher")
    apply_stays_in_tree(node, "foreign module", "busy")
    node.machine.check("rmmod sfc_watcher")


def enforced_by_the_kernel(node):
    node.machine.savevm("before")
    node.machine.check("echo 1 >/sys/module/module/parameters/sig_enforce")
    verify_says(node, "enforced by the kernel", "signature", "onload.ko is not signed", "sig_enforce")
    apply_stays_in_tree(node, "enforced by the kernel", "signature")
    node.machine.loadvm("before")


def an_unknown_parameter(node):
    """Advice: the driver is on, the node degraded."""
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
    node = Node(lab, machine)
    a_good_tree(node)
    another_kernel(node)
    another_root(node)
    for case, breakage, identifier, code, *words in CASES:
        refused(node, case, breakage, identifier, code, *words)
    a_foreign_module(node)
    enforced_by_the_kernel(node)
    an_unknown_parameter(node)
    note("virtual functions and Onload stacks: the emulated card and the fixtures have none; see tests/core/verify_test.cpp")
