# SPDX-License-Identifier: BSD-2-Clause
"""Who names a port already is left in charge of it and told; a name that cannot be given leaves the port the kernel's.

One parked boot; in each case somebody has had his say before the in-tree driver came. On a card with four ports several have it at
once; with --full each of them alone, too."""

import json

from harness import check, expect_equal
from harness.product import DROP_IN, SEQUENTIAL, Product
from harness.qemu import mac, pci_address

NETWORK = "/etc/systemd/network"

# As a boot does it: the files are there before the driver's interfaces are.
AS_AT_BOOT = "udevadm control --reload && rmmod sfc && modprobe sfc && udevadm settle"


def link(number, text):
    return f"[Match]\nPath=pci-{pci_address(number)}\n[Link]\n{text}\n"


def rule_text(number, name):
    return f'SUBSYSTEM=="net", ACTION=="add", ATTR{{address}}=="{mac(number)}", NAME="{name}"\n'


def configured(number, name):
    return f'[[names.port]]\nmatch = {{ pci = "{pci_address(number)}" }}\nname = "{name}"\n'


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

    def expect_owners(self, owners):
        """`owners`: by number of the port. The status, the table of the ports and the absence of a file say who is in charge."""
        ports = self.product.status()["names"]["ports"]
        expect_equal(f"{self.name}: the status tells who names the port", {number: ports[number]["named_by"] for number in owners}, owners)
        nics = json.loads(self.product.run("nics --json").stdout)["nics"]
        expect_equal(f"{self.name}: so does nics", {number: nics[number]["name"]["named_by"] for number in owners}, owners)
        files, record = self.machine.check("ls /run/systemd/network"), self.machine.read("/var/lib/onload-node/names.toml").decode()
        check(f"{self.name}: no file of ours", not any(f"71-onload-node-{pci_address(number)}.link" in files for number in owners), files)
        check(f"{self.name}: nor is it remembered", not any(pci_address(number) in record for number in owners), record)
        expect_equal(f"{self.name}: there is nothing left to do", self.product.run("plan").rc, 0)


def link_file(product, file, policy):
    case = Case(product, f"{file} ({'sequential' if policy else 'preserve'})")
    path = f"{NETWORK}/{file}"
    case.write(path, link(0, "Name=admin0"))
    product.configure(policy)
    case.boot()
    case.expect(["admin0", "sf1" if policy else "ens8f1"], "active")
    case.expect_owners({0: path})


def rule(product, file):
    case = Case(product, f"rule {file}")
    path = f"/etc/udev/rules.d/{file}"
    case.write(path, rule_text(0, "rule0"))
    case.boot()
    case.expect(["rule0", "ens8f1"], "active")
    case.expect_owners({0: path})


def boots_with_ifname(case, number):
    """The initrd has given the name, and its rules are gone: the interface has kept it so far."""
    case.machine.check(
        f"sed 's/$/ ifname=boot0:{mac(number)}/' /proc/cmdline >/run/cmdline && mount --bind /run/cmdline /proc/cmdline && "
        f"{AS_AT_BOOT} && ip link set ens8f{number} name boot0 && udevadm settle"
    )
    case.machine.release()
    case.machine.wait_booted()


def tells_of_ifname(status, number):
    check("ifname=: the status tells of the argument", f"ifname=boot0:{mac(number)}" in status["names"]["ports"][number]["reason"], status["names"])


def kernel_argument(product):
    case = Case(product, "ifname=")
    boots_with_ifname(case, 0)
    tells_of_ifname(case.expect(["boot0", "ens8f1"], "active"), 0)


def configuration_against_a_file(product):
    """The later one of systemd's order loses, and both are named."""
    case = Case(product, "configured, and 10-admin.link")
    case.write(f"{NETWORK}/10-admin.link", link(0, "Name=admin0"))
    product.configure(configured(0, "sf0"))
    case.boot()
    reason = case.expect(["admin0", "ens8f1"], "degraded", "name-missing")["reason"]
    check("configured, and 10-admin.link: both are named", f"{DROP_IN}:1:1" in reason and f"{NETWORK}/10-admin.link" in reason, reason)
    case = Case(product, "configured, and 98-nmstate.link")
    case.write(f"{NETWORK}/98-nmstate.link", link(0, "Name=admin0"))
    product.configure(configured(0, "sf0"))
    case.boot()
    case.expect(["sf0", "ens8f1"], "active")


def policy_before_the_name(product):
    """Name= is for where NamePolicy= gives none (systemd.link(5)): here it gives one, which the port keeps."""
    case = Case(product, "80-policy.link")
    case.write(f"{NETWORK}/80-policy.link", link(0, "NamePolicy=path\nName=lan0"))
    case.boot()
    case.expect(["enp0s8f0", "ens8f1"], "active")


def drop_in_of_a_file(product):
    case = Case(product, "a drop-in of 80-admin.link")
    case.write(f"{NETWORK}/80-admin.link", link(0, "Name=admin0"))
    case.write(f"{NETWORK}/80-admin.link.d/10-other.conf", "[Link]\nName=other0\n")
    case.boot()
    case.expect(["other0", "ens8f1"], "active")


def file_without_a_name(product):
    case = Case(product, "10-mtu.link")
    case.write("/etc/systemd/network/10-mtu.link", "[Match]\nDriver=sfc\n[Link]\nMTUBytes=1400\n")
    case.boot()
    status = product.status()
    expect_equal("10-mtu.link: degraded", (status["state"], status["reason_code"]), ("degraded", "name-missing"))
    check("10-mtu.link: the reason names the file", "/etc/systemd/network/10-mtu.link comes before our files" in status["reason"], status["reason"])
    expect_equal("10-mtu.link: its own wish holds", product.machine.check(f"cat /sys/bus/pci/devices/{pci_address(0)}/net/*/mtu"), "1400")


def name_of_another_interface(product):
    for holder, command in (("data0", "ip link add data0 type dummy"),
                            ("other0", "ip link add other0 type dummy && ip link property add dev other0 altname data0")):
        case = Case(product, f"the name of another interface, {holder}")
        case.machine.check(command)
        product.configure(configured(0, "data0"))
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
        "reserved name": (configured(0, "all"), "3:8", "reserved"),
        "the kernel's name": (configured(0, "eth7"), "3:8", "belongs to the kernel"),
        "characters": (configured(0, "sf 0"), "3:8", "letters, digits"),
        "two names for a port": (configured(0, "a0") + configured(0, "a1"), "4:1", f'"a0" at {DROP_IN}:1:1'),
    }
    for what, (toml, position, hint) in wrong.items():
        product.configure(toml)
        done = product.run("plan")
        check(f"{case.name}, {what}: 78, file, line and column", done.rc == 78 and f"{DROP_IN}:{position}" in done.stderr and hint in done.stderr, done.stderr)


# --- several in one boot, each about a port of its own

def several_have_named_ports(product):
    case = Case(product, "several")
    case.write(f"{NETWORK}/10-admin.link", link(0, "Name=admin0"))
    case.write("/etc/udev/rules.d/90-late.rules", rule_text(1, "rule1"))
    case.write(f"{NETWORK}/98-nmstate.link", link(3, "Name=admin3"))
    product.configure(configured(3, "sf3"))
    case.boot()
    case.expect(["admin0", "rule1", "ens8f2", "sf3"], "active")
    case.expect_owners({0: f"{NETWORK}/10-admin.link", 1: "/etc/udev/rules.d/90-late.rules"})


def several_against_a_policy(product):
    case = Case(product, "several, sequential")
    case.write(f"{NETWORK}/98-nmstate.link", link(0, "Name=admin0"))
    case.write("/etc/udev/rules.d/70-persistent-net.rules", rule_text(2, "rule2"))
    case.machine.check(f"cp /usr/lib/systemd/network/99-default.link {NETWORK}/")
    product.configure(SEQUENTIAL)
    boots_with_ifname(case, 1)
    status = case.expect(["admin0", "boot0", "rule2", "sf3"], "active")
    tells_of_ifname(status, 1)
    case.expect_owners({0: f"{NETWORK}/98-nmstate.link", 2: "/etc/udev/rules.d/70-persistent-net.rules"})
    expect_equal("systemd's own files: they name no port", status["names"]["ports"][3]["named_by"], "")


def several_names_that_cannot_be_given(product):
    case = Case(product, "several that cannot be")
    case.write(f"{NETWORK}/10-admin.link", link(0, "Name=admin0"))
    case.write(f"{NETWORK}/10-mtu.link", link(1, "MTUBytes=1400"))
    case.machine.check("ip link add data2 type dummy && ip link add other3 type dummy && ip link property add dev other3 altname data3")
    product.configure(configured(0, "sf0") + configured(2, "data2") + configured(3, "data3"))
    case.boot()
    status = product.status()
    expect_equal(f"{case.name}: degraded", (status["state"], status["reason_code"]), ("degraded", "name-missing"))
    names = product.interfaces()
    expect_equal(f"{case.name}: the ports have other names", [names[pci_address(number)] for number in (0, 2, 3)], ["admin0", "ens8f2np2", "ens8f3np3"])
    reasons = [port["reason"] for port in status["names"]["ports"]]
    check(f"{case.name}: the reason is that of the first", reasons[0] in status["reason"], (status["reason"], reasons))
    check("configured, and 10-admin.link: both are named", f"{DROP_IN}:1:1" in reasons[0] and f"{NETWORK}/10-admin.link" in reasons[0], reasons)
    check("10-mtu.link: the reason names the file", f"{NETWORK}/10-mtu.link comes before our files" in reasons[1], reasons)
    expect_equal("10-mtu.link: its own wish holds", product.machine.check(f"cat /sys/bus/pci/devices/{pci_address(1)}/net/*/mtu"), "1400")
    for number, line in ((2, 4), (3, 7)):
        check(f"the name of another interface, data{number}: both parties are named",
              f"{DROP_IN}:{line}:1" in reasons[number] and f'"data{number}"' in reasons[number] and "another interface" in reasons[number], reasons)
    expect_equal("the names of other interfaces: they keep them",
                 product.machine.check("for name in data2 data3; do ip -o link show $name | cut -d' ' -f2; done").split(), ["data2:", "other3:"])


def each_alone(product):
    link_file(product, "10-admin.link", "")
    link_file(product, "98-nmstate.link", SEQUENTIAL)
    rule(product, "70-persistent-net.rules")
    rule(product, "90-late.rules")
    kernel_argument(product)
    configuration_against_a_file(product)
    policy_before_the_name(product)
    drop_in_of_a_file(product)
    file_without_a_name(product)
    name_of_another_interface(product)
    files_of_systemd_itself(product)


def scenario(lab):
    product = Product(lab.parked(functions=4, name="several"))
    several_have_named_ports(product)
    several_against_a_policy(product)
    several_names_that_cannot_be_given(product)
    refused(product)
    if lab.full:
        each_alone(Product(lab.parked(functions=2)))
