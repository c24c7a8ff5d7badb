# SPDX-License-Identifier: BSD-2-Clause
"""NetworkManager's profiles for the old names, a connection and a bond, activate on the staged driver.

The bond is there already when the boot comes to us, up and with its members, as an initrd leaves one that has needed the network
(dracut.cmdline(7), bond=): the swap takes its members, and NetworkManager gives them back."""

import json

from harness import check, expect_equal, note
from harness.product import Product

PROFILES = "/etc/NetworkManager/system-connections"
CONNECTION = """[connection]
id=data
type=ethernet
interface-name=ens8f0
[ipv4]
method=manual
address1=192.0.2.1/24
[ipv6]
method=disabled
"""
BOND = """[connection]
id=bond0
type=bond
interface-name=bond0
[bond]
mode=active-backup
miimon=100
[ipv4]
method=manual
address1=198.51.100.1/24
[ipv6]
method=disabled
"""
MEMBER = """[connection]
id=member-{name}
type=ethernet
interface-name={name}
master=bond0
slave-type=bond
"""
ACTIVE = ["bond0:bond0", "data:ens8f0", "member-ens8f2:ens8f2", "member-ens8f3:ens8f3"]
NAMES = ["ens8f0", "ens8f1", "ens8f2", "ens8f3"]
# Nobody else of this node is to be configured, and no connection is to be made up.
NO_DEFAULTS = "[main]\nno-auto-default=*\nplugins=keyfile\n"
ALL_ACTIVE = f"[ $(nmcli -t -f NAME connection show --active | grep -cv ^lo$) -ge {len(ACTIVE)} ]"


def write_profiles(machine):
    machine.write("/etc/NetworkManager/conf.d/50-scenario.conf", NO_DEFAULTS)
    machine.write(f"{PROFILES}/data.nmconnection", CONNECTION, 0o600)
    machine.write(f"{PROFILES}/bond0.nmconnection", BOND, 0o600)
    for name in ("ens8f2", "ens8f3"):
        machine.write(f"{PROFILES}/{name}.nmconnection", MEMBER.format(name=name), 0o600)


def leave_a_bond_of_the_initrd(machine):
    machine.check(
        "ip link add bond0 type bond mode active-backup miimon 100 && "
        "for port in ens8f2 ens8f3; do ip link set $port down && ip link set $port master bond0 && ip link set $port up || exit; done && "
        "ip address add 198.51.100.1/24 dev bond0 && ip link set bond0 up"
    )
    expect_equal("before: the bond has its members", sorted(machine.read("/sys/class/net/bond0/bonding/slaves").decode().split()), ["ens8f2", "ens8f3"])


def address(machine, name):
    links = json.loads(machine.check(f"ip -j -4 addr show dev {name}"))
    return [f"{info['local']}/{info['prefixlen']}" for link in links for info in link.get("addr_info", [])]


def everything_is_configured(product, case):
    machine = product.machine
    machine.wait_until(ALL_ACTIVE)
    active = sorted(line for line in machine.check("nmcli -t -f NAME,DEVICE connection show --active").splitlines() if line != "lo:lo")
    expect_equal(f"{case}: the profiles are active on their ports", active, ACTIVE)
    expect_equal(f"{case}: the connection's address", address(machine, "ens8f0"), ["192.0.2.1/24"])
    expect_equal(f"{case}: the bond's address", address(machine, "bond0"), ["198.51.100.1/24"])
    expect_equal(f"{case}: the bond's members", sorted(machine.read("/sys/class/net/bond0/bonding/slaves").decode().split()), ["ens8f2", "ens8f3"])
    expect_equal(f"{case}: the names of the ports", product.names(), NAMES)


def members_keep_their_identity(product):
    """A bond gives its members one address; the names go by the permanent one."""
    nics = json.loads(product.run("nics --json").stdout)["nics"]
    current = [product.machine.read(f"/sys/class/net/{name}/address").decode().strip() for name in ("ens8f2", "ens8f3")]
    expect_equal("the members share a MAC address now", len(set(current)), 1)
    expect_equal("the ports are told apart all the same", len({nic["mac"] for nic in nics}), 4)
    plan = product.run("plan")
    expect_equal("and there is nothing to do for their names", (plan.rc, plan.stdout), (0, "nothing to do: the node is as configured\n"))


def scenario(lab):
    machine = lab.parked(functions=4)
    product = Product(machine)
    write_profiles(machine)
    leave_a_bond_of_the_initrd(machine)
    machine.check("systemctl enable --quiet NetworkManager.service; systemctl start --no-block NetworkManager.service")
    machine.release()
    machine.wait_booted()
    check("the staged driver carries the ports", product.out_of_tree("sfc"))
    expect_equal("the node is active", product.recorded_status()["state"], "active")
    started, ended = (int(product.unit(unit, stamp)[0]) for unit, stamp in
                      (("NetworkManager.service", "ExecMainStartTimestampMonotonic"), ("onload-node.service", "ExecMainExitTimestampMonotonic")))
    check("NetworkManager has waited for the names", started >= ended > 0, (started, ended))
    everything_is_configured(product, "activated")
    members_keep_their_identity(product)
    note(machine.check("nmcli -t -f NAME,DEVICE,STATE connection show --active").replace("\n", " "))
