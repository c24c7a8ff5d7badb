# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is wrong with a staged tree, `verify` finds it, names the file, and says what is wrong.

Natively, for the node's kernel: what is looked at are files. What `apply` makes of it is tried by `refused-at-boot`."""

import json

from harness import check, doctored, expect_equal, note
from harness.doctored_trees import ALSO_BOOTED, FILES, DoctoredTree

# Of another kernel than the running one; what is in the way of a swap only the running one has.
CHECKS = ["tree", "paths", "modules", "machine", "vermagic", "symbols", "signature", "pins", "ports", "parameters"]
OTHER_ROOT = "/run/onload-node-test/root"


def a_good_tree(tree):
    done = tree.verify()
    verdicts = [line.split()[:2] for line in done.stdout.splitlines()]
    expect_equal("good tree: every check passes, a line each", (done.rc, verdicts), (0, [["ok", name] for name in CHECKS]))
    check("good tree: symbols are those of the kernel's symvers.gz", f"/lib/modules/{tree.kernel}/symvers.gz" in done.stdout, done.stdout)
    document = json.loads(tree.verify("--json").stdout)
    expect_equal("good tree: and in JSON", (document["schema"], document["kernel"], [c["id"] for c in document["checks"]],
                                            {c["verdict"] for c in document["checks"]}), (1, tree.kernel, CHECKS, {"passed"}))
    note(next(line for line in done.stdout.splitlines() if "symbols" in line))


def another_kernel(tree):
    done = tree.product.run("verify --kernel 9.9.9")
    check("another kernel: nothing is staged for it, 3", done.rc == 3 and "nothing is staged for kernel 9.9.9" in done.stdout, done.stdout)


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


def scenario(lab):
    machine = lab.root()
    lab.stage(machine)
    tree = DoctoredTree(machine)
    a_good_tree(tree)
    another_kernel(tree)
    another_root(tree)
    for case in FILES + ALSO_BOOTED:
        case.breakage(tree)
        tree.verify_says(case.name, case.identifier, *case.words)
        tree.give_back()
    expect_equal("given back, it would load again", tree.verify().rc, 0)
