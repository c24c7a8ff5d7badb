# SPDX-License-Identifier: BSD-2-Clause
"""Under Secure Boot a node takes modules whose key it has; for any other it says who signed them, before anything is touched.

Real Secure Boot: the firmware's database decides, the kernel is locked down. The key is enrolled on the node, as an administrator does it."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from harness import check, expect_equal, note, paths, timed
from harness.product import STAGED_MODULES, Product
from harness.secure_boot import Firmware, SigningKey

SIGNER = "Modules of Example Trading"
UNKNOWN = f"is signed by {SIGNER} (SHA256), which is not among this node's keys, and module.sig_enforce demands one of them"
# The kernel checks its own keys by the second one; the harness boots without both otherwise.
KERNEL_ARGUMENT = "lsm=lockdown,integrity,yama"

NOT_SIGNED = "is not signed, and module.sig_enforce demands it"

@contextlib.contextmanager
def staged_copy():
    """The tree to be staged, to be changed."""
    with tempfile.TemporaryDirectory(prefix="onload-node-staged.") as scratch:
        copy = Path(scratch) / "opt"
        shutil.copytree(paths.STAGED.resolve(), copy, symlinks=True)
        yield copy


def stage_signed(machine, key, damaged=None, before=None):
    with staged_copy() as tree:
        if before:
            # As a build signs what KMM signs once more; and by the key's own identifier, in the place of its name.
            before.sign_below(tree, "sfc.ko*")
            key.sign_below(tree, "sfc_char.ko*", ["-k"])
            for module in ("sfc.ko*", "sfc_resource.ko*", "onload.ko*"):
                key.sign_below(tree, module)
        else:
            key.sign_below(tree)
        if damaged:
            [module] = tree.rglob(damaged)
            content = bytearray(module.read_bytes())
            # In the code: it still reads as a module, signed by somebody known.
            content[content.index(b"\xc3", 0x40)] = 0x90
            module.write_bytes(content)
        machine.push(tree, "/opt")


def stays_in_tree(promise, product, code, words):
    status = product.status()
    expect_equal(f"{promise}: the node is in-tree, by the reason", (status["state"], status["reason_code"]), ("in-tree", code))
    check(f"{promise}: and says so", words in status["reason"], status["reason"])
    expect_equal(f"{promise}: the in-tree driver is loaded", product.loaded_build_id("sfc"), product.in_tree_build_id(product.machine.kernel))
    return product.names()


def is_active(promise, product):
    status = product.status()
    expect_equal(f"{promise}: the node is active", (status["state"], status["reason_code"]), ("active", "as-wanted"))
    expect_equal(f"{promise}: on the signed modules", {m: product.loaded_build_id(m) for m in STAGED_MODULES}, product.staged_build_ids(product.machine.kernel))


def kernel_says(machine, module):
    done = machine.run(f"insmod $(find /opt/lib/modules -name {module}.ko)")
    return done.stderr.strip()


def not_signed(machine, product):
    done = product.run("verify")
    check("not signed: verify says so", done.rc != 0 and NOT_SIGNED in done.stdout, done.stdout)
    stays_in_tree("not signed", product, "signature", NOT_SIGNED)


def signed_by_somebody(machine, product, names):
    done = product.run("verify")
    check("an unknown key: verify says whose, before the boot", done.rc != 0 and UNKNOWN in done.stdout, done.stdout)
    said = kernel_says(machine, "onload")
    check("an unknown key: so says the kernel", "Key was rejected" in said or "Required key not available" in said, said)
    machine.reboot()
    expect_equal("an unknown key: the names stay", stays_in_tree("an unknown key", product, "signature", UNKNOWN), names)


def enrolled(machine, product, firmware, key, names):
    firmware.enroll(machine, key)
    check("enrolled: until the next boot the kernel does not know it", UNKNOWN in product.run("verify").stdout)
    machine.reboot()
    is_active("enrolled", product)
    check("enrolled: verify knows the key", "signed by known keys" in product.run("verify").stdout)
    said = machine.run("setpriv --reuid=65534 --regid=65534 --clear-groups onload-node verify").stdout
    check("enrolled: who is shown no keys is told that, and not that nobody knows the key", "keys are shown to root only" in said and UNKNOWN not in said, said)
    expect_equal("enrolled: the names stay", product.names(), names)


def changed_since(machine, product, key, names):
    """Its signature is of somebody known, and no longer right: only the kernel can tell."""
    stage_signed(machine, key, damaged="onload.ko")
    check("changed after it was signed: it reads as signed", "signed by known keys" in product.run("verify").stdout)
    machine.reboot()
    status = product.status()
    expect_equal("changed after it was signed: the driver is on, Onload is not", (status["state"], status["reason_code"]), ("degraded", "onload-missing"))
    check("changed after it was signed: the kernel's word is told", "does not trust the signature" in status["reason"], status["reason"])
    expect_equal("changed after it was signed: the names stay", product.names(), names)


def scenario(lab):
    firmware = Firmware(lab)
    key = SigningKey(firmware.folder, SIGNER)
    machine = lab.stock(functions=2)
    product = Product(machine)
    machine.wait_booted()
    firmware.sign_platform(machine)
    lab.deliver(machine)
    lab.stage(machine)
    machine.shutdown()
    machine.firmware = firmware
    with timed("first boot with Secure Boot"):
        machine.restart(kernel_arguments=[KERNEL_ARGUMENT])
        machine.wait_booted()
    expect_equal("the kernel is locked down", machine.check("cat /sys/kernel/security/lockdown"), "none [integrity] confidentiality")
    note(machine.check("grep -c asymmetri /proc/keys") + " keys, among them the firmware's: " + machine.check("grep -o 'SnakeOil: .*' /proc/keys"))
    names = product.names()
    not_signed(machine, product)
    stage_signed(machine, key, before=SigningKey(firmware.folder, "somebody else's"))
    signed_by_somebody(machine, product, names)
    enrolled(machine, product, firmware, key, names)
    changed_since(machine, product, key, names)
