# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is wrong with a staged tree, `verify` finds it, names the file, and says what is wrong.

Natively, for the node's kernel: what is looked at are files. What `apply` makes of it is tried by `refused-at-boot`."""

import json

from harness import check, expect_equal, note
from harness.doctored_trees import ALSO_BOOTED, FILES, DoctoredTree, another_kernel, another_root

# Of another kernel than the running one; what is in the way of a swap only the running one has.
CHECKS = ["tree", "paths", "modules", "machine", "vermagic", "symbols", "ibt", "signature", "pins", "ports", "parameters"]


def a_good_tree(tree):
    done = tree.verify()
    verdicts = [line.split()[:2] for line in done.stdout.splitlines()]
    expect_equal("good tree: every check passes, a line each", (done.rc, verdicts), (0, [["ok", name] for name in CHECKS]))
    check("good tree: symbols are those of the kernel's symvers.gz", f"/lib/modules/{tree.kernel}/symvers.gz" in done.stdout, done.stdout)
    document = json.loads(tree.verify("--json").stdout)
    expect_equal("good tree: and in JSON", (document["schema"], document["kernel"], [c["id"] for c in document["checks"]],
                                            {c["verdict"] for c in document["checks"]}), (1, tree.kernel, CHECKS, {"passed"}))
    note(next(line for line in done.stdout.splitlines() if "symbols" in line))


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
