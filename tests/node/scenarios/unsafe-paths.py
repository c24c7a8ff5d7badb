# SPDX-License-Identifier: BSD-2-Clause
"""A path by which somebody other than root could exchange a staged module is no path to load from, and `verify` names it.

Natively: it is about owners, modes and links. What `apply` makes of it is tried by `tamper`, on the node."""

from harness import expect_equal
from harness.staging import StagingNode
from harness.unsafe_paths import UnsafePaths


def scenario(lab):
    node = StagingNode.native(lab)
    lab.stage(node.machine)
    expect_equal("root's own tree is no reason to refuse", node.verify().rc, 0)
    for case in UnsafePaths(node.machine).each():
        expect_equal(f"{case}: trees says that it would not load", [tree["verdict"] for tree in node.trees()["trees"]], ["failed"])
    expect_equal("given back, it would load again", node.verify().rc, 0)
    node.machine.check("rm -r /var/opt; mv /opt /var/opt && ln -s var/opt /opt")
    expect_equal("/opt is a link to /var/opt: that is no reason to refuse", node.verify().rc, 0)
