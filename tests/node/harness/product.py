# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario asks a node on which the product is installed."""

import json
import lzma
import subprocess
import time

from .machine import COMMAND_TIMEOUT

BINARY = "/usr/local/bin/onload-node"
GUARD = "/var/lib/onload-node/guard.toml"
DROP_IN = "/etc/onload-node/config.d/50-scenario.toml"
# Configuration: the ports are named sf0, sf1 and so on.
SEQUENTIAL = '[names]\npolicy = "sequential"\n'
STAGED_MODULES = ("sfc", "sfc_resource", "sfc_char", "onload")
DEVICES = ("/dev/onload", "/dev/onload_epoll", "/dev/sfc_char")
# Everything that belongs to us outside of the staged trees: where to look for what is left behind. Folders do not
# count: the machine-config daemon leaves those it made.
OUR_PATHS = (
    "/etc/onload-node /etc/sfptpd.conf /etc/systemd/system/*onload-node* /etc/systemd/system/sfptpd* "
    "/etc/systemd/system/chron*.d/*onload-node* /etc/systemd/system/*.wants/*onload-node* "
    "/etc/udev/rules.d/*onload* /run/onload-node /run/systemd/network/*onload-node* "
    "/run/udev/rules.d/*onload-node* /run/systemd/system/chron* /usr/local/bin/onload-node* /usr/local/lib/onload-node/* "
    "/usr/local/lib/systemd/catalog/onload-node* /usr/local/share/man/*/onload-node* /etc/bash_completion.d/onload-node"
)


class Product:
    """onload-node on one machine."""

    def __init__(self, machine):
        self.machine = machine

    def configure(self, toml, path=DROP_IN):
        self.machine.write(path, toml)

    def run(self, arguments, timeout=COMMAND_TIMEOUT):
        return self.machine.run(f"{BINARY} {arguments}", timeout)

    def status(self):
        """`onload-node status --json`, as it is now."""
        return json.loads(self.run("status --json").stdout)

    def recorded_status(self):
        """What the last apply left in /run for others to read."""
        return json.loads(self.machine.read("/run/onload-node/status.json"))

    def unit(self, unit, *properties):
        """The values of systemd properties, in the order asked for."""
        values = {}
        for line in self.machine.check(f"systemctl show {unit} -p {','.join(properties)}").splitlines():
            name, _, value = line.partition("=")
            values[name] = value
        return [values[name] for name in properties]

    def exit_status(self):
        return int(self.unit("onload-node.service", "ExecMainStatus")[0])

    def seconds_to_end(self, limit):
        """How long onload-node.service goes on starting from now, at most `limit` seconds."""
        begun = time.monotonic()
        while self.unit("onload-node.service", "ActiveState")[0] == "activating" and time.monotonic() - begun < limit:
            time.sleep(0.5)
        return time.monotonic() - begun

    def becomes_confirmed(self):
        """Whether the boot guard takes this boot for good, by itself."""
        return self.machine.wait_until(f"[ ! -e {GUARD} ]")

    def is_enabled(self, unit):
        return self.machine.run(f"systemctl is-enabled {unit}").stdout.strip()

    def never_started(self, unit):
        """PID 1 has not started the unit's process in this boot."""
        return self.unit(unit, "ExecMainStartTimestampMonotonic") == ["0"]

    def loaded_build_id(self, module):
        """Of the module in the kernel; "" when there is none."""
        return _build_id(self.machine.read_if_there(f"/sys/module/{module}/notes/.note.gnu.build-id"))

    def staged_build_ids(self, kernel, tree="/opt"):
        """Of the files below the tree, by module."""
        return {module: self._file_build_id(f"{tree}/lib/modules/{kernel}/extra/{module}.ko") for module in STAGED_MODULES}

    def in_tree_build_id(self, kernel):
        return self._file_build_id(f"/lib/modules/{kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko")

    def _file_build_id(self, stem):
        """Of a module file, whichever way it is compressed; unpacked here, where it takes no emulated time."""
        unpack = {"": lambda data: data, ".xz": lzma.decompress, ".zst": _unpack_zstd}
        found = {suffix: self.machine.read_if_there(stem + suffix) for suffix in unpack}
        raw = b"".join(unpack[suffix](data) for suffix, data in found.items() if data)
        # The note is found by its header (name size 4, digest size 20, type 3, "GNU").
        at = raw.find(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0")
        return raw[at + 16 : at + 36].hex()

    def out_of_tree(self, module):
        return b"O" in self.machine.read_if_there(f"/sys/module/{module}/taint")

    def interfaces(self):
        """PCI address to interface name, for every port of a card."""
        lines = self.machine.check("shopt -s nullglob; cd /sys/bus/pci/devices && for port in */net/*; do echo $port; done").splitlines()
        return dict(line.split("/net/") for line in lines)

    def names(self):
        return [name for _, name in sorted(self.interfaces().items())]

    def alternative_names(self):
        """Interface to its alternative names, of those that have any."""
        links = json.loads(self.machine.check("ip -j -d link show"))
        return {link["ifname"]: sorted(link["altnames"]) for link in links if link.get("altnames")}

    def parameter(self, module, name):
        return self.machine.read_if_there(f"/sys/module/{module}/parameters/{name}").decode().strip()

    def left_behind(self):
        """Files and links of ours that are still there; the test node has units of its own."""
        found = self.machine.run(f"find {OUR_PATHS} -type f -o -type l 2>/dev/null").stdout.split()
        return [path for path in found if "onload-node-test" not in path]

    def journal(self):
        return self.machine.check("journalctl -b -u onload-node.service -o cat --no-pager")


def _unpack_zstd(data):
    return subprocess.run(["zstd", "-qdc"], input=data, capture_output=True, timeout=60, check=True).stdout


def _build_id(note):
    """The digest of an ELF build-id note: 12 bytes of header, 4 of name, the rest."""
    return note[16:].hex()
