# SPDX-License-Identifier: BSD-2-Clause
"""`diagnose` that has no place for its file, or no right, says so and leaves nothing.

Natively: it is about files. What is in the file is tried by `diagnose`, on the node."""

from harness import check
from harness.bundle_refusals import FOLDER, a_file_that_is_there, no_place
from harness.product import BINARY


def scenario(lab):
    root = lab.root()
    root.check(f"mkdir {FOLDER}")
    a_file_that_is_there(root)
    no_place(root)
    done = root.run(f"{BINARY} diagnose -o {FOLDER}/file")
    check("with a place it makes its file, also where there is no systemd to ask", done.rc == 0 and root.run(f"test -s {FOLDER}/file").ok, done)
