# SPDX-License-Identifier: BSD-2-Clause
"""Beside the SR-IOV and the PTP operator: virtual functions are made on the staged driver, and a clock that a pod keeps is left to it.

The units are stand-ins with the directives of the real ones (k8snetworkplumbingwg/sriov-network-operator:
bindata/manifests/sriov-config-service/openshift/sriov-config-service.yaml). The emulated cards have no virtual functions: what is
shown is the driver that a unit meets."""

from harness import check, expect_equal
from harness.product import Product

NOTHING_OF_OURS = '[time]\ndaemon = ""\ndisplace = []\n'
SAW = "/run/scenario-saw"
# In the place of `sriov-network-config-daemon service --phase ...`: which sfc is loaded, and the ports by name.
LOOK = f"""#!/bin/bash
mkdir -p {SAW}
{{ grep -q O /sys/module/sfc/taint && echo out-of-tree || echo in-tree; ls /sys/bus/pci/devices/0000:00:08.?/net | grep ens; }} >{SAW}/$1
"""
SRIOV_PRE = """[Unit]
ConditionPathExists=!/etc/ignition-machine-config-encapsulated.json
Description=Configures SRIOV NIC - pre network configuration
DefaultDependencies=no
After=network-pre.target systemd-udev-settle.service systemd-sysusers.service systemd-sysctl.service
Before=network.target NetworkManager.service systemd-networkd.service ovs-vswitchd.service ovsdb-server.service
[Service]
Type=oneshot
ExecStart=/usr/local/bin/scenario-look sriov-pre
[Install]
WantedBy=multi-user.target
"""
SRIOV_POST = """[Unit]
ConditionPathExists=!/etc/ignition-machine-config-encapsulated.json
Description=Configures SRIOV NIC - post network configuration
After=systemd-networkd-wait-online.service NetworkManager-wait-online.service openvswitch-switch.service
Before=kubelet.service
[Service]
Type=oneshot
ExecStart=/usr/local/bin/scenario-look sriov-post
[Install]
WantedBy=multi-user.target
"""
# Somebody's own way to make virtual functions, ordered after nothing.
OWN = "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/usr/local/bin/scenario-look {}\n[Install]\nWantedBy=multi-user.target\n"
# The recipe of packaging/docs/virtual-functions.md.
DROP_IN = "[Unit]\nAfter=onload-node.service\n"
# What a pod of the PTP operator comes to on a node: a process of this name, which nobody of the node has started.
PHC2SYS = "[Service]\nExecStart=/usr/local/bin/phc2sys 1000000\n"
UNITS = {"sriov-config.service": SRIOV_PRE, "sriov-config-post-network.service": SRIOV_POST, "own-unordered.service": OWN.format("unordered"),
         "own-ordered.service": OWN.format("ordered"), "own-ordered.service.d/50-after-onload-node.conf": DROP_IN, "pod-phc2sys.service": PHC2SYS}


def install(machine):
    # No connection is to be made up: wait-online would wait for a DHCP server.
    machine.write("/etc/NetworkManager/conf.d/50-scenario.conf", "[main]\nno-auto-default=*\nplugins=keyfile\n")
    machine.write("/usr/local/bin/scenario-look", LOOK, 0o755)
    for name, text in UNITS.items():
        machine.write(f"/etc/systemd/system/{name}", text)
    ordered = "NetworkManager.service NetworkManager-wait-online.service sriov-config.service sriov-config-post-network.service own-ordered.service"
    machine.check(f"ln -s /usr/bin/sleep /usr/local/bin/phc2sys; systemctl daemon-reload; systemctl start --no-block {ordered}; "
                  "systemctl start own-unordered.service")


def saw(machine, who):
    return machine.read(f"{SAW}/{who}").decode().split()


def virtual_functions_come_after_us(machine):
    names = ["ens8f0", "ens8f1"]
    for who in ("sriov-pre", "sriov-post", "ordered"):
        expect_equal(f"{who}: meets the staged driver and the ports' names", saw(machine, who), ["out-of-tree", *names])
    expect_equal("unordered: without the drop-in it comes too early", saw(machine, "unordered")[0], "in-tree")


def clock(product):
    return product.machine.run("systemctl is-active chronyd.service sfptpd.service; pgrep -cx phc2sys").stdout.split()


def the_clock_is_left_to_the_pod(product):
    """The clock is the pod's also where the swap is taken back: chronyd is disabled, as OpenShift has it beside the PTP operator."""
    machine = product.machine
    sentence = product.recorded_status()["sentence"]
    check("the status speaks of no clock daemon", sentence.startswith("active: ") and sentence.endswith("(ens8f0 ens8f1)"), sentence)
    machine.check("systemctl start pod-phc2sys.service")
    left = ["inactive", "inactive", "1"]
    expect_equal("the pod's daemon is the only one", clock(product), left)
    expect_equal("there is nothing to do", product.run("plan").stdout, "nothing to do: the node is as configured\n")
    for command in ("apply", "refresh", "time-fallback", "revert --live"):
        product.run(command)
        expect_equal(f"{command} leaves the clock to it", clock(product), left)


def chronyd_is_left_alone(product):
    machine = product.machine
    machine.loadvm("parked")
    product.configure(NOTHING_OF_OURS)
    machine.release()
    machine.wait_booted()
    expect_equal("chronyd, enabled and not displaced, keeps the clock", clock(product), ["active", "inactive", "0"])
    expect_equal("and the node is active", product.recorded_status()["state"], "active")


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(NOTHING_OF_OURS)
    # Its start is queued in this boot already.
    machine.check("systemctl disable --quiet --now chronyd.service")
    install(machine)
    machine.release()
    check("the boot completes without a failed unit", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    virtual_functions_come_after_us(machine)
    the_clock_is_left_to_the_pod(product)
    chronyd_is_left_alone(product)
