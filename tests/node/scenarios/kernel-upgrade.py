# SPDX-License-Identifier: BSD-2-Clause
"""The first boot of a new kernel is on the staged driver when its tree could be staged before; else the boot after that.

Nobody types a command: the stage units see the new kernel and the modules for it. By default staged before, with --full both."""

import json
import time

from harness import check, expect_equal, note, paths, timed
from harness.errors import Deadline
from harness.product import STAGED_MODULES, Product

SOURCES = "/srv/modules"
UNIT = "onload-node-stage.service"
# Neither the tree of the running kernel nor that of the next may go, however few are to be kept.
CONFIGURATION = f'[stage]\nsource = "{SOURCES}/${{kernel}}"\nkeep = 1\n'


def boots(machine):
    """How many boots this disk has seen, by its own journal."""
    return len(machine.check("journalctl --list-boots --quiet --no-pager").splitlines())


def offer(machine, tree, kernel):
    """The image of a kernel's modules, as a folder; the rename lets nobody see half of it."""
    machine.push(tree, f"{SOURCES}/.new/opt")
    machine.check(f"mv {SOURCES}/.new {SOURCES}/{kernel}")


def staged_kernels(product):
    return {tree["kernel"]: tree for tree in json.loads(product.run("trees --json").stdout)["trees"]}


def wait_staged(product, kernel, seconds=900):
    """Until the unit has staged for the kernel, by itself, and has nothing left to do."""
    machine, deadline = product.machine, time.monotonic() + seconds
    while kernel not in staged_kernels(product) or product.unit(UNIT, "ActiveState") != ["inactive"]:
        if time.monotonic() > deadline:
            raise Deadline(f"nothing was staged for {kernel} in {seconds} s:\n" + machine.run(f"journalctl -b -u {UNIT}").stdout)
        time.sleep(1)


def verify_pending(promise, product, rc, words, **document):
    done = product.run("verify --pending")
    check(f"{promise}: verify --pending ends with {rc} and says so", done.rc == rc and words in done.stdout, (done.rc, done.stdout, done.stderr))
    told = json.loads(product.run("verify --pending --json").stdout)
    expect_equal(f"{promise}: and in JSON", {key: told[key] for key in document}, document)


def is_active(promise, product, kernel):
    machine = product.machine
    check(f"{promise}: the boot is complete", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    status = product.status()
    expect_equal(f"{promise}: the node runs {kernel} and is active", (machine.check("uname -r"), status["state"], status["reason_code"]),
                 (kernel, "active", "as-wanted"))
    staged = product.staged_build_ids(kernel)
    expect_equal(f"{promise}: on the modules staged for this kernel, by build-id",
                 {module: product.loaded_build_id(module) for module in STAGED_MODULES}, staged)
    expect_equal(f"{promise}: the ports have their names", product.names(), ["ens8f0", "ens8f1"])
    return staged


def a_node_that_stages(lab):
    """Active, with the stage units, and the modules of its own kernel on offer."""
    machine = lab.booted(functions=2)
    product = Product(machine)
    lab.deliver(machine, lab.stage_machine_config)
    product.configure(CONFIGURATION)
    offer(machine, paths.STAGED, lab.kernel)
    machine.check(f"systemctl start {UNIT} onload-node-stage.path")
    wait_staged(product, lab.kernel)
    return product


def staged_before(lab, product, kernel):
    machine = product.machine
    first = is_active("before the upgrade", product, lab.kernel)
    verify_pending("before the upgrade", product, 0, f"no other kernel is pending, the next boot runs this one again: {lab.kernel}",
                   kernel=lab.kernel, pending=False)
    started = boots(machine)
    offer(machine, paths.NEXT_STAGED, kernel)
    with timed("another kernel installed"):
        lab.upgrade(machine)
    with timed("its modules staged, by the unit"):
        wait_staged(product, kernel)
    verify_pending("staged before", product, 0, f"pending kernel: {kernel}, by boot loader entry", kernel=kernel, pending=True)
    trees = staged_kernels(product)
    expect_equal("staged before: trees tells the running kernel from the pending one",
                 {each: (tree["running"], tree["pending"], tree["verdict"]) for each, tree in trees.items()},
                 {lab.kernel: (True, False, "passed"), kernel: (False, True, "passed")})
    expect_equal("staged before: the running driver was left alone", {m: product.loaded_build_id(m) for m in STAGED_MODULES}, first)
    machine.reboot()
    second = is_active("staged before, the first boot", product, kernel)
    check("the modules are others than those of the first kernel", not set(first.values()) & set(second.values()), (first, second))
    expect_equal("staged before: one boot, no other", boots(machine) - started, 1)
    note(f"staged before: {boots(machine)} boots, {boots(machine) - started} of them since the upgrade")


def not_staged(lab, product, kernel):
    machine = product.machine
    is_active("before the other upgrade", product, lab.kernel)
    started = boots(machine)
    lab.upgrade(machine)
    verify_pending("not staged", product, 3, f"nothing is staged for kernel {kernel}", kernel=kernel, pending=True)
    machine.reboot()
    status = product.status()
    expect_equal("not staged: the first boot stays in-tree, with its names",
                 (machine.check("uname -r"), status["state"], product.loaded_build_id("sfc"), product.names()),
                 (kernel, "in-tree", product.in_tree_build_id(kernel), ["ens8f0", "ens8f1"]))
    check("not staged: and says for which kernel nothing is there", f"nothing is staged for kernel {kernel}" in status["reason"], status["reason"])
    offer(machine, paths.NEXT_STAGED, kernel)
    with timed("its modules staged, by the unit"):
        wait_staged(product, kernel)
    expect_equal("staged since: the node stays as it is", product.loaded_build_id("sfc"), product.in_tree_build_id(kernel))
    machine.reboot()
    is_active("staged since, the second boot", product, kernel)
    expect_equal("not staged: two boots, no other", boots(machine) - started, 2)
    note(f"not staged: {boots(machine)} boots, {boots(machine) - started} of them since the upgrade")


def scenario(lab):
    kernel = lab.build_next_kernel()
    check("the other kernel is another one", kernel != lab.kernel, kernel)
    product = a_node_that_stages(lab)
    if lab.full:
        product.machine.savevm("before")
        not_staged(lab, product, kernel)
        product.machine.loadvm("before")
    staged_before(lab, product, kernel)
