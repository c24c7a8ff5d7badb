# SPDX-License-Identifier: BSD-2-Clause
"""Open vSwitch bridges over ports as OpenShift makes them, and the switch at the other end of the ports' cables.

- br-ex over a bond, as `ovs-configuration.service` makes it at each boot out of the bond's own profile
  (openshift/machine-config-operator: templates/common/_base/units/ovs-configuration.service.yaml and
  templates/common/_base/files/configure-ovs-network.yaml): the same profiles, in the same order. It takes away what the boot before
  made (its pull request 2864), for NetworkManager does not bring all of that up by itself in each boot, and tries ten times.
- br-data over one port, in the profiles that nmstate leaves for an ovs-bridge (nmstate/nmstate:
  rust/src/lib/nm/settings/connection.rs and ovs.rs; how they come onto a node of 4.16 and later: the operator's
  templates/common/_base/files/nmstate-configuration.yaml).

The fixture wires ports 2n and 2n+1 to each other: the even ones are the node's, the odd ones the switch's, in a network namespace,
with a bond of 802.3ad of its own."""

PROFILES = "/etc/NetworkManager/system-connections"
SWITCH = "scenario-switch.service"
# Bridge: the node's address on it, and the switch's.
ADDRESSES = {"br-ex": ("198.51.100.1", "198.51.100.254"), "br-data": ("203.0.113.1", "203.0.113.254")}
BONDED, SINGLE = ("ens8f0", "ens8f2"), "ens8f4"
LACP = "mode=802.3ad\nmiimon=100\nlacp_rate=fast\n"
UUID = "00000000-0000-4000-8000-0000000000{:02x}"
PHYS0, PORT_PHYS0, PORT_BR_EX, DATA_PORT, DATA_OWN_PORT = (UUID.format(number) for number in range(1, 6))

# Nobody else of this node is to be configured, and no connection is to be made up.
NO_DEFAULTS = "[main]\nno-auto-default=*\nplugins=keyfile\n"


def _profile(name, kind, interface, more="", sections=""):
    return f"[connection]\nid={name}\ntype={kind}\ninterface-name={interface}\n{more}{sections}"


def _no_address():
    return "[ipv4]\nmethod=disabled\n[ipv6]\nmethod=disabled\n"


def _address(bridge, gateway=False, metric=""):
    own, switch = ADDRESSES[bridge]
    return f"[ipv4]\nmethod=manual\naddress1={own}/24{f',{switch}' if gateway else ''}\n{metric}[ipv6]\nmethod=disabled\n"


def _below(master, kind):
    return f"master={master}\nslave-type={kind}\n"


def node_profiles():
    """What an administrator has written: a bond with the node's address, which a machine is installed with."""
    profiles = {"bond0": _profile("bond0", "bond", "bond0", sections=f"[bond]\n{LACP}{_address('br-ex', gateway=True)}")}
    for port in BONDED:
        profiles[port] = _profile(port, "ethernet", port, _below("bond0", "bond"))
    return profiles


def ovs_configuration_profiles():
    """Those that configure-ovs.sh makes; @MAC@ is the bond's address. It turns autoconnect on after they are up."""
    off, first = "autoconnect=false\n", "autoconnect=false\nautoconnect-priority=100\n"
    mac = "[ethernet]\ncloned-mac-address=@MAC@\n"
    profiles = {
        "br-ex": _profile("br-ex", "ovs-bridge", "br-ex", off),
        "ovs-port-phys0": _profile("ovs-port-phys0", "ovs-port", "bond0", f"uuid={PORT_PHYS0}\n{off}{_below('br-ex', 'ovs-bridge')}"),
        "ovs-port-br-ex": _profile("ovs-port-br-ex", "ovs-port", "br-ex", f"uuid={PORT_BR_EX}\n{off}{_below('br-ex', 'ovs-bridge')}"),
        "ovs-if-phys0": _profile("ovs-if-phys0", "bond", "bond0", f"uuid={PHYS0}\n{first}{_below(PORT_PHYS0, 'ovs-port')}", f"{mac}[bond]\n{LACP}"),
        "ovs-if-br-ex": _profile("ovs-if-br-ex", "ovs-interface", "br-ex", f"{off}{_below(PORT_BR_EX, 'ovs-port')}",
                                 f"{mac}[ovs-interface]\ntype=internal\n{_address('br-ex', gateway=True, metric='route-metric=48' + chr(10))}"),
    }
    for port in BONDED:
        name = f"{port}-slave-ovs-clone"
        profiles[name] = _profile(name, "ethernet", port, first + _below(PHYS0, "bond"))
    return profiles


def nmstate_profiles():
    controller = "autoconnect-slaves=1\n"
    return {
        "br-data-br": _profile("br-data-br", "ovs-bridge", "br-data", controller, _no_address()),
        f"{SINGLE}-port": _profile(f"{SINGLE}-port", "ovs-port", SINGLE, f"uuid={DATA_PORT}\n{controller}{_below('br-data', 'ovs-bridge')}"),
        "br-data-port": _profile("br-data-port", "ovs-port", "br-data", f"uuid={DATA_OWN_PORT}\n{controller}{_below('br-data', 'ovs-bridge')}"),
        SINGLE: _profile(SINGLE, "ethernet", SINGLE, _below(DATA_PORT, "ovs-port")),
        "br-data-if": _profile("br-data-if", "ovs-interface", "br-data", _below(DATA_OWN_PORT, "ovs-port"),
                               f"[ovs-interface]\ntype=internal\n{_address('br-data')}"),
    }


MADE_PROFILES = "/usr/local/share/scenario-br-ex"
CLONES = " ".join(f"{port}-slave-ovs-clone" for port in BONDED)
CONFIGURE = f"""#!/bin/bash
set -eu
# Once in each boot: what the boot before has made goes, and the bond comes up by the profile that the machine was installed with.
roll_back() {{
    for file in {MADE_PROFILES}/*; do
        rm -f "{PROFILES}/${{file##*/}}"
    done
    nmcli connection reload
    ovs-vsctl --timeout=30 --if-exists del-br br-ex
}}
has_default_route() {{
    [[ $(ip route show default) == *" dev $1 "* ]]
}}
# Nobody else activates them again where NetworkManager, busy with all that the rollback has stirred up, refuses.
bring_up() {{
    for try in $(seq 10); do
        [[ $(nmcli -g GENERAL.STATE connection show "$1") != activated ]] || return 0
        nmcli connection up "$1" && return 0
        sleep 5
    done
    return 1
}}
if [[ ! -e /run/scenario-configure-ovs-done ]]; then
    roll_back
    touch /run/scenario-configure-ovs-done
elif has_default_route br-ex; then
    exit 0
fi
for try in $(seq 120); do
    has_default_route bond0 && break
    sleep 1
done
has_default_route bond0
mac=$(cat /sys/class/net/bond0/address)
for file in {MADE_PROFILES}/*; do
    sed "s/@MAC@/$mac/" "$file" >"{PROFILES}/${{file##*/}}"
    chmod 600 "{PROFILES}/${{file##*/}}"
done
nmcli connection reload
for connection in {CLONES}; do
    nmcli connection modify "$connection" connection.autoconnect yes
done
nmcli device disconnect bond0
for connection in {CLONES} ovs-if-phys0 ovs-if-br-ex; do
    bring_up "$connection"
    nmcli connection modify "$connection" connection.autoconnect yes
done
"""
UNITS = {
    # Its ordering is the real one's; kdump and firstboot-osupdate are not here.
    "ovs-configuration.service": """[Unit]
Requires=openvswitch.service
Wants=NetworkManager-wait-online.service
After=NetworkManager-wait-online.service openvswitch.service network.service nodeip-configuration.service
Before=kubelet-dependencies.target node-valid-hostname.service
[Service]
Type=oneshot
ExecStart=/usr/local/bin/scenario-configure-ovs
[Install]
RequiredBy=kubelet-dependencies.target
""",
    "kubelet-dependencies.target": "[Unit]\nRequires=network-online.target\n",
    "kubelet.service": "[Unit]\nRequires=kubelet-dependencies.target\nAfter=kubelet-dependencies.target\n"
                       "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\n[Install]\nWantedBy=multi-user.target\n",
    SWITCH: "[Unit]\nAfter=network-pre.target\nBefore=NetworkManager.service\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
            "ExecStart=/usr/local/bin/scenario-switch\n[Install]\nWantedBy=multi-user.target\n",
}
SWITCH_SCRIPT = f"""#!/bin/bash
set -u
ip netns list | grep -q switch || ip netns add switch
inside="ip -n switch"
$inside link show bond9 >/dev/null 2>&1 || $inside link add bond9 type bond mode 802.3ad miimon 100 lacp_rate fast
for port in ens8f1 ens8f3 ens8f5; do
    ip link set "$port" netns switch || exit
done
for port in ens8f1 ens8f3; do
    $inside link set "$port" down && $inside link set "$port" master bond9 && $inside link set "$port" up || exit
done
$inside link set bond9 up && $inside link set ens8f5 up || exit
$inside address replace {ADDRESSES['br-ex'][1]}/24 dev bond9 && $inside address replace {ADDRESSES['br-data'][1]}/24 dev ens8f5
"""


def install(machine):
    """Profiles, units and the switch; all of it comes up in the boot that follows."""
    machine.write("/etc/NetworkManager/conf.d/50-scenario.conf", NO_DEFAULTS)
    for name, text in {**node_profiles(), **nmstate_profiles()}.items():
        machine.write(f"{PROFILES}/{name}.nmconnection", text, 0o600)
    for name, text in ovs_configuration_profiles().items():
        machine.write(f"{MADE_PROFILES}/{name}.nmconnection", text, 0o600)
    machine.write("/usr/local/bin/scenario-configure-ovs", CONFIGURE, 0o755)
    machine.write("/usr/local/bin/scenario-switch", SWITCH_SCRIPT, 0o755)
    for name, text in UNITS.items():
        machine.write(f"/etc/systemd/system/{name}", text)
    units = f"NetworkManager.service NetworkManager-wait-online.service openvswitch.service ovs-configuration.service kubelet.service {SWITCH}"
    machine.check(f"systemctl daemon-reload && systemctl enable --quiet {units} && systemctl start --no-block {units}")


def plug_in(machine):
    """The switch's ends of cables whose ports have been taken away and come back."""
    machine.check(f"systemctl restart {SWITCH}")


def reachable(machine, bridge):
    """Whether each end of the bridge's network comes to reach the other."""
    own, switch = ADDRESSES[bridge]
    return machine.wait_until(f"ip netns exec switch ping -nq -c 1 -W 1 {own} >/dev/null && ping -nq -c 1 -W 1 -I {bridge} {switch} >/dev/null")
