# SPDX-License-Identifier: BSD-2-Clause
"""Nothing is loaded but the bytes that were verified, whatever somebody does to the staged files meanwhile.

A writer that races the loader on the staged driver, one that exchanges it at each single access, and every path by which
somebody other than root could exchange it."""

import hashlib

from harness import check, expect_equal, note, paths
from harness.exit_status import IN_TREE
from harness.product import Product
from harness.unsafe_paths import ALSO_BOOTED, UnsafePaths

PINS = "/etc/onload-node/modules.sha256"
SCRATCH = "/run/onload-node-test"
ROUNDS = 3
WRITER_SECONDS = 600  # it is ended after one apply
ACCESSES = 60  # more than one apply makes to one file
VERSION, OTHER_VERSION = b"5.3.16.1004", b"5.3.16.1005"


def pin_what_is_staged(machine, kernel):
    machine.check(f"cd /opt/lib/modules && sha256sum {kernel}/extra/* >{PINS}")


def prepare(lab, machine, other, writer):
    """Pins what is staged, and puts the driver's bytes, other ones and the program that exchanges them into SCRATCH. The driver's path."""
    file = f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko"
    machine.write(f"{SCRATCH}/other.ko", other)
    machine.check(f"cp {file} {SCRATCH}/good.ko")
    machine.push(paths.PROGRAMS / writer, f"{SCRATCH}/{writer}", 0o755)
    pin_what_is_staged(machine, lab.kernel)
    return file


def start_writer(machine, command, until="true"):
    machine.check(f"setsid {SCRATCH}/{command} </dev/null >{SCRATCH}/said 2>&1 & echo $! >{SCRATCH}/writer; sleep 0.05; {until}")


def end_writer(machine, file):
    machine.check(f"kill $(cat {SCRATCH}/writer) 2>/dev/null; while kill -0 $(cat {SCRATCH}/writer) 2>/dev/null; do sleep 0.05; done; "
                  f"cp {SCRATCH}/good.ko {file}")


def one_round(machine, product, file):
    """One apply while the file changes all the time; what came of it."""
    start_writer(machine, f"rewrite {file} {SCRATCH}/good.ko {SCRATCH}/other.ko {WRITER_SECONDS}")
    product.run("apply")
    outcome = product.recorded_status()
    loaded = product.loaded_build_id("sfc")
    end_writer(machine, file)
    return outcome, loaded


def a_writer_that_races_the_loader(lab, machine, product):
    """With pins: either the pinned driver is in, or the in-tree one."""
    good, in_tree = product.staged_build_ids(lab.kernel)["sfc"], product.in_tree_build_id(lab.kernel)
    file = prepare(lab, machine, lab.another_build().read_bytes(), "rewrite")
    codes = {}
    for number in range(ROUNDS):
        outcome, loaded = one_round(machine, product, file)
        codes[outcome["reason_code"]] = codes.get(outcome["reason_code"], 0) + 1
        expected = in_tree if outcome["state"] == "in-tree" else good
        check(f"race {number}: {outcome['state']} ({outcome['reason_code']}): the kernel has the pinned driver or its own",
              loaded == expected, f"loaded {loaded}, pinned {good}, in-tree {in_tree}")
        check(f"race {number}: nothing else was loaded, not even for a moment", "the kernel has another build" not in outcome["reason"], outcome["reason"])
        if outcome["state"] != "in-tree":
            sha256 = {m["name"]: m["sha256"] for m in outcome["modules"]}["sfc"]
            expect_equal(f"race {number}: the status tells the digest that is pinned", sha256, digest_of(machine, f"{SCRATCH}/good.ko"))
            expect_equal(f"race {number}: taken back", product.run("revert --live").rc, 0)
    check("race: the writer was met at least once", any(code in codes for code in ("pins", "undone", "unusable-module")), codes)
    note(f"race: {codes}")
    machine.check(f"rm -f {PINS}")


def same_build_id(driver):
    """The driver with other bytes, which says another version and keeps its build-id, as somebody with ill will would do it."""
    other = driver.replace(VERSION, OTHER_VERSION)
    check("the driver says its version", other != driver)
    return other


def one_exchange(machine, product, file, number):
    """One apply; right before its `number`-th access to `file` other bytes are there. None when it makes fewer."""
    start_writer(machine, f"exchange_at_access {file} {SCRATCH}/other.ko {number}",
                 f"until grep -q ready {SCRATCH}/said; do sleep 0.05; done")
    product.run("apply")
    outcome, version = product.recorded_status(), machine.read_if_there("/sys/module/sfc/version").strip()
    end_writer(machine, file)
    exchanged = b"exchanged" in machine.read(f"{SCRATCH}/said")
    return (outcome, version) if exchanged else None


def an_exchange_at_each_access(lab, machine, product):
    """With pins. A race meets the loader somewhere; this one meets it everywhere, and a build-id does not give it away."""
    other = same_build_id(machine.read(f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko"))
    file = prepare(lab, machine, other, "exchange_at_access")
    codes = []
    for number in range(1, ACCESSES):
        done = one_exchange(machine, product, file, number)
        if not done:
            break
        outcome, version = done
        codes.append(outcome["reason_code"])
        check(f"exchanged at access {number}: {outcome['state']} ({codes[-1]}): the kernel has the pinned driver or its own",
              version != OTHER_VERSION, outcome["reason"])
        if outcome["state"] != "in-tree":
            expect_equal(f"exchanged at access {number}: taken back", product.run("revert --live").rc, 0)
    note(f"exchanged: {codes}")
    check("exchanged: apply was met while it verified and while it loaded", "pins" in codes and "undone" in codes, codes)
    machine.check(f"rm -f {PINS}")


def digest_of(machine, path):
    return hashlib.sha256(machine.read(path)).hexdigest()


def every_unsafe_path_is_refused(lab, machine, product):
    in_tree = product.in_tree_build_id(lab.kernel)
    for case in UnsafePaths(machine).each(None if lab.full else ALSO_BOOTED):
        rc = product.run("apply").rc
        status = product.recorded_status()
        expect_equal(f"{case}: apply refuses it", (rc, status["state"], status["reason_code"]), (IN_TREE, "in-tree", "unsafe-path"))
        expect_equal(f"{case}: the in-tree driver is in", product.loaded_build_id("sfc"), in_tree)


def the_trees_own_root_may_be_a_link(machine, product):
    """As on RHCOS, where /opt is a link to /var/opt."""
    machine.check("rm -rf /var/opt; mv /opt /var/opt && ln -s var/opt /opt")
    done = product.run("verify")
    expect_equal("/opt is a link to /var/opt: that is no reason to refuse", done.rc, 0)
    expect_equal("/opt is a link to /var/opt: apply makes the node active", product.run("apply").rc, 0)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    every_unsafe_path_is_refused(lab, machine, product)
    machine.loadvm("parked")
    a_writer_that_races_the_loader(lab, machine, product)
    machine.loadvm("parked")
    an_exchange_at_each_access(lab, machine, product)
    machine.loadvm("parked")
    the_trees_own_root_may_be_a_link(machine, product)
