# SPDX-License-Identifier: BSD-2-Clause
"""Addresses on Open vSwitch bridges over our ports are reached whichever driver carries the ports, and however it got there.

After the activation, after a swap that was taken back, after `revert --live` and `apply --live` in the running node. Open vSwitch, NetworkManager's plugin for it, the bonds and their LACP are real; br-ex is over an 802.3ad bond as ovs-configuration
makes it, br-data over one port as nmstate does."""

from harness import bridges, check, expect_equal, note
from harness.exit_status import DEGRADED, OK
from harness.product import GUARD, Product

REACH = "/var/lib/onload-node/reach.toml"
SOON = '[guard]\nsettle = "3s"\n'
OURS = ["ens8f0", "ens8f2", "ens8f4"]


def bond(machine):
    """Members of the node's bond, and how many of them its partner has taken into the one aggregate."""
    folder = "/sys/class/net/bond0/bonding"
    return sorted(machine.read(f"{folder}/slaves").decode().split()), machine.read(f"{folder}/ad_num_ports").decode().strip()


EVIDENCE = (
    "nmcli -t -f NAME,DEVICE,STATE connection show",
    "ovs-vsctl show",
    *(f"ovs-appctl {question}" for question in ("fdb/show br-ex", "fdb/show br-data", "dpif/show", "dpctl/dump-flows", "upcall/show")),
    # Packets "lost" are those that Open vSwitch has not taken from the kernel.
    "ovs-dpctl show -s",
    "tail -n 40 /var/log/openvswitch/ovs-vswitchd.log",
    *(f"{inside}{question}" for inside in ("", "ip netns exec switch ") for question in ("ip -br address", "ip -d -s link", "ip route", "ip neigh")),
    "cat /proc/net/bonding/bond0",
    "ip netns exec switch cat /proc/net/bonding/bond9",
    "journalctl -b --no-pager -o short-monotonic -n 60 " + " ".join(f"-u {unit}" for unit in (
        "NetworkManager", "ovsdb-server", "ovs-vswitchd", "ovs-configuration", "onload-node", bridges.SWITCH)),
)


def evidence(machine):
    """What tells a cable from a bond, a bond from a bridge, and the node's end from the switch's."""
    return machine.run("; ".join(f"echo '--- {question}'; timeout 10 {question} 2>&1" for question in EVIDENCE), 300).stdout


def bridges_work(product, case, out_of_tree):
    machine = product.machine
    expect_equal(f"{case}: the driver", product.out_of_tree("sfc"), out_of_tree)
    for bridge in bridges.ADDRESSES:
        reached = bridges.reachable(machine, bridge)
        check(f"{case}: {bridge} is reached, and reaches", reached, "" if reached else evidence(machine))
    machine.wait_until("grep -qx 2 /sys/class/net/bond0/bonding/ad_num_ports")
    expect_equal(f"{case}: both ports are in the bond's aggregate", bond(machine), (list(bridges.BONDED), "2"))
    expect_equal(f"{case}: the node's ports have their names", product.names(), OURS)
    ports = machine.check("ovs-vsctl list-ports br-ex; ovs-vsctl list-ports br-data").split()
    expect_equal(f"{case}: the bridges have their ports", ports, ["bond0", "ens8f4"])


def the_boot_is_as_on_openshift(product):
    machine = product.machine
    began, ended = (int(product.unit(unit, stamp)[0]) for unit, stamp in
                    (("ovsdb-server.service", "InactiveExitTimestampMonotonic"), ("onload-node.service", "ExecMainExitTimestampMonotonic")))
    check("Open vSwitch has waited for the ports", began >= ended > 0, (began, ended))
    expect_equal("ovs-configuration has run, and kubelet after it", machine.run("systemctl is-active kubelet.service").stdout.strip(), "active")
    check("the default route is br-ex's", "dev br-ex" in machine.check("ip route show default"), machine.run("ip route").stdout)
    check("the boot is confirmed", product.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    # What was remembered a moment after the swap may be older than br-ex.
    expect_equal("confirm remembers what is reached now", product.run("confirm").rc, 0)
    remembered = machine.read(REACH).decode()
    bonded = [line for line in remembered.splitlines() if line.startswith(('"00:0f:53:00:00:00"', '"00:0f:53:00:00:02"'))]
    check("the default route over br-ex counts as over the bonded ports", len(bonded) == 2 and all("= true" in line for line in bonded), remembered)


def nobody_is_left_with_the_bonds_clock(product):
    """br-ex takes the bond's address away. sfptpd would run on, without a port that it can speak over, and nothing would keep the clock."""
    machine = product.machine
    machine.wait_until("systemctl is-active --quiet chronyd.service && grep -q waits_for.*address /run/onload-node/status.json")
    expect_equal("chronyd keeps the clock", machine.run("systemctl is-active chronyd.service sfptpd.service").stdout.split()[0], "active")
    status = product.status()
    check("and it is told why", status["reason_code"] == "time-daemon" and "no Solarflare port has carrier and an address" in status["reason"], status["reason"])


def activated(product):
    machine = product.machine
    machine.release()
    machine.wait_booted()
    bridges_work(product, "activated", True)
    the_boot_is_as_on_openshift(product)
    nobody_is_left_with_the_bonds_clock(product)


def in_the_running_node(product):
    machine = product.machine
    expect_equal("without --live nothing is cut off", (product.run("revert").rc, product.out_of_tree("sfc")), (1, True))
    expect_equal("revert --live works", product.run("revert --live").rc, 0)
    bridges.plug_in(machine)
    bridges_work(product, "reverted", False)
    expect_equal("apply --live works", product.run("apply --live").rc in (OK, DEGRADED), True)
    bridges.plug_in(machine)
    bridges_work(product, "swapped live", True)


def fallen_back(lab, product):
    """In the next boot, whose Open vSwitch and NetworkManager know the bridges already."""
    machine = product.machine
    machine.push(lab.faulty_driver("INIT_FAILS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    machine.check("sync; systemctl --no-block reboot")
    machine.wait_next_boot()
    machine.park()
    machine.release()
    machine.wait_booted()
    expect_equal("taken back: the node is in-tree", product.recorded_status()["state"], "in-tree")
    bridges_work(product, "taken back", False)


def scenario(lab):
    machine = lab.parked(functions=6)
    product = Product(machine)
    product.configure(SOON)
    lab.add_open_vswitch(machine)
    lab.deliver_sfptpd_conf(machine)
    bridges.install(machine)
    activated(product)
    in_the_running_node(product)
    fallen_back(lab, product)
    note(machine.check("ovs-vsctl --version | head -1; NetworkManager --version").replace("\n", ", NetworkManager "))
