# SPDX-License-Identifier: BSD-2-Clause
"""A node on which all MachineConfigs are and nothing is staged, and what is asked of it."""

import json

from .machine import COMMAND_TIMEOUT
from .product import BINARY, Product

WORK = "/opt/.onload-node-new-*"
RECORD = "/var/lib/onload-node/staged.toml"
STAGED = f"/opt/lib /opt/onload /opt/onload-node /usr/local/sbin/sfptpd /usr/local/sbin/onload_cp_server {RECORD} /var/lib/onload-node/sets.toml"
# Paths and bytes of all that is staged; of a link where it leads. Of the user libraries those that are current, under the names
# that users have for them.
CONTENT = (
    "cd / && { find opt/lib usr/local/sbin -type f -exec sha256sum {} +; find opt/lib -type l -printf '%l  %p\\n'; "
    "cd /opt/onload/current && { find . -type f -exec sha256sum {} + | sed 's|  \\./|  opt/onload/|'; "
    "find . -type l -printf '%l  opt/onload/%P\\n'; }; } 2>/dev/null | sort -k 2"
)


class StagingNode(Product):
    """onload-node and its stage units on one machine."""

    @staticmethod
    def delivered(lab, **options):
        return StagingNode(lab.unstaged(**options))

    @staticmethod
    def native(lab, name="root"):
        """The same in a native root. The node's kernel is that of the next boot there: another one runs."""
        return StagingNode(lab.root(name))

    def verify(self):
        """Whether what is staged would load on the node's kernel, whichever runs."""
        return self.run(f"verify --kernel {self.machine.kernel}")

    def stage(self, arguments="", timeout=COMMAND_TIMEOUT):
        return self.machine.run(f"{BINARY} stage {arguments}", timeout)

    def trees(self):
        return json.loads(self.run("trees --json").stdout)

    def content(self):
        """Path -> digest, or where a link leads, of all that is staged."""
        lines = self.machine.check(CONTENT).splitlines()
        return {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}

    def libraries(self, folder):
        """Path -> digest, or where a link leads, of one folder of user libraries, current or not; empty if it is not there."""
        lines = self.machine.check(f"cd /opt/onload/{folder} 2>/dev/null || exit 0; find . -type f -exec sha256sum {{}} +; find . -type l -printf '%l  %p\\n'").splitlines()
        return {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}

    def current_libraries(self):
        """The folder that new containers get."""
        return self.machine.check("readlink /opt/onload/current")

    def forget(self):
        self.machine.check(f"rm -rf {STAGED} {WORK}")

    def left_of_staging(self):
        """Work directories, containers and images that a run has not taken away."""
        return self.machine.run(f"ls -d {WORK} 2>/dev/null; podman ps -aq; podman images -q").stdout.split()
