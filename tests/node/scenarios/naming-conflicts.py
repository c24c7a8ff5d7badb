# SPDX-License-Identifier: BSD-2-Clause
"""Who names a port already is left in charge of it and told; a name that cannot be given leaves the port the kernel's.

One parked boot; in each case somebody has had his say before the in-tree driver came."""

import json

from harness import check, expect_equal
from harness.product import DROP_IN, SEQUENTIAL, Product

FIRST = "0000:00:08.0"
LINK = "[Match]\nPath=pci-0000:00:08.0\n[Link]\nName={name}\n"
EXPLICIT = '[[names.port]]\nmatch = {{ pci = "{pci}" }}\nname = "{name}"\n'
RULE = 'SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:0f:53:00:00:00", NAME="rule0"\n'

# As a boot does it: the files are there before the driver's interfaces are.
AS_AT_BOOT = "udevadm control --reload && rmmod sfc && modprobe sfc && udevadm settle"


class Case:
    def __init__(self, product, name):
        self.product, self.machine, self.name = product, product.machine, name
        self.machine.loadvm("parked")

    def write(self, path, text):
        self.machine.write(path, text)

    def boot(self):
        self.machine.check(AS_AT_BOOT)
        self.machine.release()
        self.machine.wait_booted()
        check(f"{self.name}: the staged driver is on", self.product.out_of_tree("sfc"), self.product.journal())

    def expect(self, names, state, code="as-wanted"):
        status = self.product.status()
        expect_equal(f"{self.name}: the names", self.product.names(), names)
        expect_equal(f"{self.name}: the state", (status["state"], status["reason_code"]), (state, code))
        return status

    def expect_owner(self, owner):
        """The status, the table of the ports and the absence of a file say who is in charge."""
        port = self.product.status()["names"]["ports"][0]
        expect_equal(f"{self.name}: the status tells who names the port", port["named_by"], owner)
        nics = json.loads(self.product.run("nics --json").stdout)["nics"]
        expect_equal(f"{self.name}: so does nics", nics[0]["name"]["named_by"], owner)
        check(f"{self.name}: no file of ours", not self.machine.run(f"ls /run/systemd/network/71-onload-node-{FIRST}.link").ok)
        record = self.machine.read("/var/lib/onload-node/names.toml").decode()
        check(f"{self.name}: nor is it remembered", FIRST not in record, record)
        expect_equal(f"{self.name}: there is nothing left to do", self.product.run("plan").rc, 0)


def link_file(product, file, policy):
    case = Case(product, f"{file} ({'sequential' if policy else 'preserve'})")
    path = f"/etc/systemd/network/{file}"
    case.write(path, LINK.format(name="admin0"))
    product.configure(policy)
    case.boot()
    case.expect(["admin0", "sf1" if policy else "ens8f1"], "active")
    case.expect_owner(path)


def rule(product, file):
    case = Case(product, f"rule {file}")
    path = f"/etc/udev/rules.d/{file}"
    case.write(path, RULE)
    case.boot()
    case.expect(["rule0", "ens8f1"], "active")
    case.expect_owner(path)


def kernel_argument(product):
    case = Case(product, "ifname=")
    # The initrd has given the name, and its rules are gone: the interface has kept it so far.
    case.machine.check(
        f"sed 's/$/ ifname=boot0:00:0f:53:00:00:00/' /proc/cmdline >/run/cmdline && mount --bind /run/cmdline /proc/cmdline && "
        f"{AS_AT_BOOT} && ip link set ens8f0 name boot0 && udevadm settle"
    )
    case.machine.release()
    case.machine.wait_booted()
    status = case.expect(["boot0", "ens8f1"], "active")
    check("ifname=: the status tells of the argument", "ifname=boot0:00:0f:53:00:00:00" in status["names"]["ports"][0]["reason"], status["names"])


def configuration_against_a_file(product):
    """The later one of systemd's order loses, and both are named."""
    case = Case(product, "configured, and 10-admin.link")
    case.write("/etc/systemd/network/10-admin.link", LINK.format(name="admin0"))
    product.configure(EXPLICIT.format(pci=FIRST, name="sf0"))
    case.boot()
    reason = case.expect(["admin0", "ens8f1"], "degraded", "name-missing")["reason"]
    check("configured, and 10-admin.link: both are named", f"{DROP_IN}:1:1" in reason and "/etc/systemd/network/10-admin.link" in reason, reason)
    case = Case(product, "configured, and 98-nmstate.link")
    case.write("/etc/systemd/network/98-nmstate.link", LINK.format(name="admin0"))
    product.configure(EXPLICIT.format(pci=FIRST, name="sf0"))
    case.boot()
    case.expect(["sf0", "ens8f1"], "active")


def file_without_a_name(product):
    case = Case(product, "10-mtu.link")
    case.write("/etc/systemd/network/10-mtu.link", "[Match]\nDriver=sfc\n[Link]\nMTUBytes=1400\n")
    case.boot()
    status = product.status()
    expect_equal("10-mtu.link: degraded", (status["state"], status["reason_code"]), ("degraded", "name-missing"))
    check("10-mtu.link: the reason names the file", "/etc/systemd/network/10-mtu.link comes before our files" in status["reason"], status["reason"])
    expect_equal("10-mtu.link: its own wish holds", product.machine.check(f"cat /sys/bus/pci/devices/{FIRST}/net/*/mtu"), "1400")


def name_of_another_interface(product):
    for holder, command in (("data0", "ip link add data0 type dummy"),
                            ("other0", "ip link add other0 type dummy && ip link property add dev other0 altname data0")):
        case = Case(product, f"the name of another interface, {holder}")
        case.machine.check(command)
        product.configure(EXPLICIT.format(pci=FIRST, name="data0"))
        case.boot()
        reason = case.expect(["ens8f0np0", "ens8f1"], "degraded", "name-missing")["reason"]
        check(f"{case.name}: both parties are named", f"{DROP_IN}:1:1" in reason and '"data0"' in reason and "another interface" in reason, reason)
        expect_equal(f"{case.name}: the other one keeps it", case.machine.check("ip -o link show data0 | cut -d' ' -f2"), f"{holder}:")


def files_of_systemd_itself(product):
    case = Case(product, "systemd's own files, and a copy in /etc")
    case.machine.check("cp /usr/lib/systemd/network/99-default.link /etc/systemd/network/")
    case.boot()
    status = case.expect(["ens8f0", "ens8f1"], "active")
    expect_equal("systemd's own files: nobody else names a port", {port["named_by"] for port in status["names"]["ports"]}, {""})


def refused(product):
    """What is wrong by itself changes nothing at all."""
    case = Case(product, "refused")
    wrong = {
        "reserved name": (EXPLICIT.format(pci=FIRST, name="all"), "3:8", "reserved"),
        "the kernel's name": (EXPLICIT.format(pci=FIRST, name="eth7"), "3:8", "belongs to the kernel"),
        "characters": (EXPLICIT.format(pci=FIRST, name="sf 0"), "3:8", "letters, digits"),
        "two names for a port": (EXPLICIT.format(pci=FIRST, name="a0") + EXPLICIT.format(pci=FIRST, name="a1"), "4:1", f'"a0" at {DROP_IN}:1:1'),
    }
    for what, (toml, position, hint) in wrong.items():
        product.configure(toml)
        done = product.run("plan")
        check(f"{case.name}, {what}: 78, file, line and column", done.rc == 78 and f"{DROP_IN}:{position}" in done.stderr and hint in done.stderr, done.stderr)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    link_file(product, "10-admin.link", "")
    link_file(product, "98-nmstate.link", SEQUENTIAL)
    rule(product, "70-persistent-net.rules")
    rule(product, "90-late.rules")
    kernel_argument(product)
    configuration_against_a_file(product)
    file_without_a_name(product)
    name_of_another_interface(product)
    files_of_systemd_itself(product)
    refused(product)
