# SPDX-License-Identifier: BSD-2-Clause
"""Nothing is loaded but the bytes that were verified, whatever somebody does to the staged files meanwhile.

A writer that races the loader on the staged driver, and every path by which somebody other than root could exchange it."""

import hashlib

from harness import check, expect_equal, note, paths
from harness.product import DROP_IN, Product

PINS = "/etc/onload-node/modules.sha256"
SCRATCH = "/run/onload-node-test"
ROUNDS = 6
WRITER_SECONDS = 3  # longer than one apply


def pin_what_is_staged(machine, kernel):
    machine.check(f"cd /opt/lib/modules && sha256sum {kernel}/extra/* >{PINS}")


def one_round(machine, product, file):
    """One apply while the file changes all the time; what came of it."""
    machine.check(f"setsid {SCRATCH}/rewrite {file} {SCRATCH}/good.ko {SCRATCH}/other.ko {WRITER_SECONDS} "
                  f"</dev/null >{SCRATCH}/turns 2>&1 & echo $! >{SCRATCH}/writer; sleep 0.05")
    product.run("apply")
    outcome = product.recorded_status()
    loaded = product.loaded_build_id("sfc")
    machine.check(f"kill $(cat {SCRATCH}/writer) 2>/dev/null; while kill -0 $(cat {SCRATCH}/writer) 2>/dev/null; do sleep 0.05; done; "
                  f"cp {SCRATCH}/good.ko {file}")
    return outcome, loaded


def a_writer_that_races_the_loader(lab, machine, product):
    """With pins: either the pinned driver is in, or the in-tree one."""
    file = f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko"
    good, in_tree = product.staged_build_ids(lab.kernel)["sfc"], product.in_tree_build_id(lab.kernel)
    machine.check(f"cp {file} {SCRATCH}/good.ko")
    machine.push(lab.another_build(), f"{SCRATCH}/other.ko")
    machine.push(paths.PROGRAMS / "rewrite", f"{SCRATCH}/rewrite", 0o755)
    pin_what_is_staged(machine, lab.kernel)
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


def digest_of(machine, path):
    return hashlib.sha256(machine.read(path)).hexdigest()


def unsafe_paths(kernel):
    extra, outer = f"/opt/lib/modules/{kernel}/extra", "/srv/outer"
    own_tree = (f"mkdir -p {outer}/tree && cp -a /opt/lib {outer}/tree && chmod 755 /srv {outer} {outer}/tree && "
                f"printf '[driver]\\ntree = \"{outer}/tree\"\\n' >{DROP_IN}")
    return (
        ("writable file", f"chmod 666 {extra}/sfc.ko", f"{extra}/sfc.ko", "0666"),
        ("group-writable file", f"chmod 664 {extra}/onload.ko", f"{extra}/onload.ko", "0664"),
        ("somebody's file", f"chown 1000 {extra}/sfc_char.ko.zst", f"{extra}/sfc_char.ko.zst", "user 1000"),
        ("writable directory", f"chmod 777 {extra}", extra, "0777"),
        ("sticky directory", f"chmod 1777 {extra}", extra, "1777"),
        ("writable tree", "chmod 775 /opt", "/opt", "0775"),
        ("writable parent of the tree", f"{own_tree} && chmod 777 {outer}", outer, "0777"),
        ("link instead of a module", f"mv {extra}/sfc.ko /srv/sfc.ko && ln -s /srv/sfc.ko {extra}/sfc.ko", f"{extra}/sfc.ko", "symbolic link"),
        ("link instead of a directory", f"mv {extra} /srv/extra && ln -s /srv/extra {extra}", extra, "symbolic link"),
    )


def every_unsafe_path_is_refused(lab, machine, product):
    in_tree = product.in_tree_build_id(lab.kernel)
    machine.check(f"cp -a /opt {SCRATCH}/opt")
    for case, breakage, place, word in unsafe_paths(lab.kernel):
        machine.check(f"mkdir -p $(dirname {DROP_IN}); {breakage}")
        done = product.run("verify")
        check(f"{case}: verify ends with 3 and names the place", done.rc == 3 and any(
            line.split()[:2] == ["FAILED", "paths"] and f" {place} is not safe to load from" in line and word in line
            for line in done.stdout.splitlines()), f"{done.rc}\n{done.stdout}")
        rc = product.run("apply").rc
        status = product.recorded_status()
        expect_equal(f"{case}: apply refuses it", (rc, status["state"], status["reason_code"]), (3, "in-tree", "unsafe-path"))
        expect_equal(f"{case}: the in-tree driver is in", product.loaded_build_id("sfc"), in_tree)
        machine.check(f"rm -rf /opt/lib /srv/* {DROP_IN}; cp -a {SCRATCH}/opt/lib /opt/lib; chmod 755 /opt")


def the_trees_own_root_may_be_a_link(machine, product):
    """As on RHCOS, where /opt is a link to /var/opt."""
    machine.check("rm -rf /var/opt; mv /opt /var/opt && ln -s var/opt /opt")
    done = product.run("verify")
    expect_equal("/opt is a link to /var/opt: that is no reason to refuse", done.rc, 0)
    expect_equal("/opt is a link to /var/opt: apply makes the node active", product.run("apply").rc, 0)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    machine.savevm("parked")
    every_unsafe_path_is_refused(lab, machine, product)
    machine.loadvm("parked")
    a_writer_that_races_the_loader(lab, machine, product)
    machine.loadvm("parked")
    the_trees_own_root_may_be_a_link(machine, product)
