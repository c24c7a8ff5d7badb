# SPDX-License-Identifier: BSD-2-Clause
"""Staged trees with one thing wrong, and what `verify` has to say of each."""

import dataclasses
import hashlib

from . import doctored, paths
from .checks import check, expect_equal
from .exit_status import IN_TREE
from .product import DROP_IN, Product

PINS = "/etc/onload-node/modules.sha256"
GOOD = "/run/onload-node-test/opt"
OTHER_ROOT = "/run/onload-node-test/root"


class DoctoredTree:
    """The staged tree of a machine, to be broken and given back."""

    def __init__(self, machine):
        self.machine, self.kernel = machine, machine.kernel
        self.product = Product(machine)
        self.extra = f"/opt/lib/modules/{self.kernel}/extra"
        self.good = {file.name: file.read_bytes() for file in (paths.STAGED / "lib/modules" / self.kernel / "extra").iterdir()}
        machine.check(f"mkdir -p $(dirname {GOOD}) && cp -a /opt {GOOD}")

    def put(self, name, content):
        self.machine.write(f"{self.extra}/{name}", content)

    def give_back(self):
        self.machine.check(f"rm -rf /opt/lib {PINS} {DROP_IN}; cp -a {GOOD}/lib /opt/lib")

    def depmod(self):
        self.machine.check(f"depmod -b /opt {self.kernel} 2>/dev/null; test -s /opt/lib/modules/{self.kernel}/modules.dep")

    def pin(self, modules):
        self.machine.write(PINS, "".join(
            f"{hashlib.sha256(content).hexdigest()}  {self.kernel}/extra/{name}\n" for name, content in modules.items()))

    def verify(self, options=""):
        return self.product.run(f"verify --kernel {self.kernel} {options}")

    def verify_says(self, case, identifier, *words):
        """`verify` ends as in-tree and says FAILED for this check."""
        done = self.verify()
        lines = [line for line in done.stdout.splitlines() if line.split()[:2] == ["FAILED", identifier]]
        check(f"{case}: verify ends as in-tree and has a line FAILED {identifier}", done.rc == IN_TREE and lines, f"{done.rc}\n{done.stdout}{done.stderr}")
        check(f"{case}: the line says {' and '.join(words)}", any(all(word in line for word in words) for line in lines), done.stdout)


def another_kernel(tree):
    done = tree.product.run("verify --kernel 9.9.9")
    check("another kernel: nothing is staged for it", done.rc == IN_TREE and "nothing is staged for kernel 9.9.9" in done.stdout, done.stdout)


def another_root(tree):
    """What a machine that prepares a node's files sees: the same tree below another directory."""
    tree.machine.check(f"mkdir -p {OTHER_ROOT}/lib/modules && cp -a /opt {OTHER_ROOT}/opt && "
                       f"cp -a /lib/modules/{tree.kernel} {OTHER_ROOT}/lib/modules/")
    done = tree.product.run(f"verify --root {OTHER_ROOT}")
    kept = [line.split()[:3] for line in done.stdout.splitlines() if line.startswith("not checkable")]
    expect_equal("another root: it would load there; hardware and keys are not asked",
                 (done.rc, [words[2] for words in kept]), (0, ["signature", "ports"]))
    tree.put("sfc.ko", doctored.other_machine(tree.good["sfc.ko"]))
    expect_equal("another root: and this machine's own tree does not matter", tree.product.run(f"verify --root={OTHER_ROOT}/").rc, 0)
    tree.give_back()


def change_sfc(change):
    return lambda tree: tree.put("sfc.ko", change(tree.good["sfc.ko"]))


def without_a_module(tree):
    tree.machine.check(f"rm {tree.extra}/sfc_char.ko*")
    tree.depmod()


def pinned_to_other_bytes(tree):
    tree.pin(tree.good | {"onload.ko": b"another build"})


def not_all_pinned(tree):
    tree.pin({name: content for name, content in tree.good.items() if name != "sfc_resource.ko.xz"})


def signatures_demanded(tree):
    tree.product.configure('[driver]\nsignature = "always"\n')


def damaged_pins(tree):
    tree.machine.write(PINS, "# pins\nabc  sfc.ko\n")


def another_card_only(module):
    return doctored.exchanged(module, b"alias=pci:v00008086", b"alias=pci:v00008087")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    breakage: callable
    identifier: str  # of the check that fails
    code: str  # the reason of `apply`
    words: tuple


# By default no boot tries these: as files they are the same wherever they lie.
FILES = (
    Case("module missing", without_a_module, "modules", "module-missing", ("sfc_char",)),
    Case("truncated", change_sfc(lambda module: module[: len(module) // 2]), "modules", "unusable-module", ("sfc.ko", "cut off")),
    Case("wrong machine", change_sfc(doctored.other_machine), "machine", "wrong-machine", ("sfc.ko", "ELF machine 21")),
    Case("wrong vermagic", change_sfc(lambda module: doctored.exchanged(module, b" SMP preempt", b" SMP PREEMPT")),
         "vermagic", "wrong-kernel", ("other options",)),
    Case("symbol that nobody exports", change_sfc(lambda module: doctored.symbol_renamed(module, "alloc_etherdev_mqs", "alloc_etherdev_xxx")),
         "symbols", "symbols", ("needs alloc_etherdev_xxx, which neither the kernel nor a staged module exports",)),
    Case("symbol without a version", change_sfc(lambda module: doctored.version_lost(module, "register_netdev")),
         "symbols", "symbols", ("needs register_netdev without a CRC",)),
    Case("unsigned", signatures_demanded, "signature", "signature", ("onload.ko is not signed", "driver.signature")),
    Case("not pinned", not_all_pinned, "pins", "pins", ("sfc_resource.ko.xz is not listed",)),
    Case("damaged pins", damaged_pins, "pins", "pins", (f"{PINS}:2: damaged line",)),
)
# A boot tries these, too.
ALSO_BOOTED = (
    Case("bad CRC", change_sfc(lambda module: doctored.bad_crc(module, "register_netdev")),
         "symbols", "symbols", ("sfc.ko needs register_netdev with CRC", "the kernel has")),
    Case("pinned to other bytes", pinned_to_other_bytes, "pins", "pins", ("onload.ko has SHA-256",)),
)
# Only a node has the ports for it.
ANOTHER_CARD = Case("driver for another card", change_sfc(another_card_only), "ports", "port-unclaimed", ("0000:00:08.0", "would be lost"))
