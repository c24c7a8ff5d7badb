# SPDX-License-Identifier: BSD-2-Clause
"""The first boot of a new kernel is on the staged driver when its tree was staged before; else the boot after that."""

from harness import check, expect_equal, note, paths, timed
from harness.product import STAGED_MODULES, Product


def boots(machine):
    """How many boots this disk has seen, by its own journal."""
    return len(machine.check("journalctl --list-boots --quiet --no-pager").splitlines())


def runs_kernel(promise, machine, kernel):
    expect_equal(f"{promise}: the node runs {kernel}", machine.check("uname -r"), kernel)


def is_active(promise, product, kernel):
    machine = product.machine
    check(f"{promise}: the boot is complete", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    status = product.status()
    expect_equal(f"{promise}: the node is active", (status["state"], status["reason_code"], status["kernel"]),
                 ("active", "as-wanted", kernel))
    staged = product.staged_build_ids(kernel)
    expect_equal(f"{promise}: on the modules staged for this kernel, by build-id",
                 {module: product.loaded_build_id(module) for module in STAGED_MODULES}, staged)
    expect_equal(f"{promise}: the ports have their names", product.names(), ["ens8f0", "ens8f1"])
    return staged


def upgrade(lab, machine):
    """As an upgrade of the operating system does it, up to its reboot."""
    with timed("another kernel installed"):
        kernel = lab.upgrade(machine)
    expect_equal("the kernel installed is not the one that runs", (machine.check("uname -r"), kernel != lab.kernel), (lab.kernel, True))
    return kernel


def staged_before(lab):
    machine = lab.delivered(functions=2, name="staged-before")
    product = Product(machine)
    first = is_active("before the upgrade", product, lab.kernel)
    started = boots(machine)
    kernel = upgrade(lab, machine)
    machine.push(paths.NEXT_STAGED, "/opt")
    machine.reboot()
    runs_kernel("staged before", machine, kernel)
    second = is_active("staged before, the first boot", product, kernel)
    check("the modules are others than those of the first kernel", not set(first.values()) & set(second.values()), (first, second))
    expect_equal("staged before: one boot, no other", boots(machine) - started, 1)
    note(f"staged before: {boots(machine)} boots, {boots(machine) - started} of them since the upgrade")


def not_staged(lab):
    machine = lab.delivered(functions=2, name="not-staged")
    product = Product(machine)
    is_active("before the other upgrade", product, lab.kernel)
    started = boots(machine)
    kernel = upgrade(lab, machine)
    machine.reboot()
    runs_kernel("not staged", machine, kernel)
    machine.wait_booted()
    status = product.status()
    expect_equal("not staged: the first boot stays in-tree, with its names",
                 (status["state"], product.loaded_build_id("sfc"), product.names()),
                 ("in-tree", product.in_tree_build_id(kernel), ["ens8f0", "ens8f1"]))
    check("not staged: and says for which kernel nothing is there", f"nothing is staged for kernel {kernel}" in status["reason"], status["reason"])
    machine.push(paths.NEXT_STAGED, "/opt")
    machine.reboot()
    is_active("staged since, the second boot", product, kernel)
    expect_equal("not staged: two boots, no other", boots(machine) - started, 2)
    note(f"not staged: {boots(machine)} boots, {boots(machine) - started} of them since the upgrade")


def scenario(lab):
    staged_before(lab)
    not_staged(lab)
