# SPDX-License-Identifier: BSD-2-Clause
"""What is left of the product on a node's disk, and the command that people take it off with."""

import re

from . import paths
from .checks import expect_equal
from .file_list import differences, file_list

DOCUMENT = paths.PROJECT / "packaging/docs/removing.md"
# What the document says stays on the disk until it is purged.
STAYS = ("/opt/lib/modules/", "/opt/onload/", "/usr/local/sbin/onload_cp_server", "/usr/local/sbin/onload_stackdump",
         "/usr/local/sbin/sfptpd", "/var/lib/onload-node/")


def documented_removal():
    """The command for what stays, out of the document: what people copy is what is tried."""
    return re.search(r"^ +(rm -rf /opt/lib/modules .*)$", DOCUMENT.read_text(), re.MULTILINE)[1]


def same_files(promise, before, machine, stays=()):
    """Against `before`, a file_list(): returns the paths that were added, which may only be below those of `stays`."""
    added, gone, changed = differences(before, file_list(machine))
    expect_equal(f"{promise}: nothing is there that was not", [path for path in added if not path.startswith(stays)], [])
    expect_equal(f"{promise}: nothing is gone, nothing is other than it was", (gone, changed), ([], []))
    return added
