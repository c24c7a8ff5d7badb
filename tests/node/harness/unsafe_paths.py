# SPDX-License-Identifier: BSD-2-Clause
"""Every path by which somebody other than root could exchange a staged module, and what `verify` has to say of it."""

from .checks import check
from .exit_status import IN_TREE
from .product import BINARY, DROP_IN

GOOD = "/run/onload-node-test/opt"
# Those that a boot tries, too.
ALSO_BOOTED = ("writable file", "link instead of a directory")


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


class UnsafePaths:
    """Breaks what is staged on a machine in one way after the other, and gives it back."""

    def __init__(self, machine):
        self.machine = machine
        machine.check(f"mkdir -p $(dirname {GOOD}) && cp -a /opt {GOOD}")

    def each(self, only=None):
        """The name of each case, while it is so."""
        for case, breakage, place, word in unsafe_paths(self.machine.kernel):
            if only is None or case in only:
                self.machine.check(f"mkdir -p $(dirname {DROP_IN}); {breakage}")
                self._verify_names_it(case, place, word)
                yield case
                self.machine.check(f"rm -rf /opt/lib /srv/* {DROP_IN}; cp -a {GOOD}/lib /opt/lib; chmod 755 /opt")

    def _verify_names_it(self, case, place, word):
        done = self.machine.run(f"{BINARY} verify --kernel {self.machine.kernel}")
        check(f"{case}: verify ends as in-tree and names the place", done.rc == IN_TREE and any(
            line.split()[:2] == ["FAILED", "paths"] and f" {place} is not safe to load from" in line and word in line
            for line in done.stdout.splitlines()), f"{done.rc}\n{done.stdout}")
