# SPDX-License-Identifier: BSD-2-Clause
"""Where 99-onload-node-required is delivered, kubelet starts only in a boot that did not fall back, and the node stays reachable.

So the machine-config operator counts the node as unavailable and goes on with no further one. kubelet is a stand-in with the directives
of the real unit (openshift/machine-config-operator: templates/worker/01-worker-kubelet/_base/units/kubelet.service.yaml and
templates/common/_base/units/kubelet-dependencies.target.yaml). With --full, too: a new node, its first boot, a node that is
switched off, an onload-node that dies, and what the daemon leaves when it takes the MachineConfig away."""

from harness import check, expect_equal
from harness.machine_config import undeliver
from harness.product import GUARD, Product

FIRST_BOOT = "/etc/ignition-machine-config-encapsulated.json"
MARKER = "/run/onload-node/kubelet-may-start"
DROP_IN = "/etc/systemd/system/kubelet.service.d/10-onload-node-required.conf"
UNITS = {
    "crio.service": "[Unit]\nAfter=network-online.target\n[Service]\nType=notify\nNotifyAccess=all\n"
                    "ExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep infinity'\n",
    "kubelet-dependencies.target": "[Unit]\nRequires=basic.target network-online.target\n",
    "kubelet.service": """[Unit]
Description=Kubernetes Kubelet
Requires=crio.service kubelet-dependencies.target
After=kubelet-dependencies.target crio.service

[Service]
Type=notify
NotifyAccess=all
ExecStartPre=/bin/mkdir --parents /etc/kubernetes/manifests
ExecStartPre=/bin/rm -f /var/lib/kubelet/cpu_manager_state
EnvironmentFile=-/etc/kubernetes/kubelet-workaround
ExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep infinity'
Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
""",
    # What waits for kubelet's order and takes the file away (templates/common/_base/units/machine-config-daemon-firstboot.service.yaml).
    "machine-config-daemon-firstboot.service": f"[Unit]\nConditionPathExists={FIRST_BOOT}\nBefore=crio.service kubelet.service\n"
    f"[Service]\nType=oneshot\nExecStart=/bin/mv {FIRST_BOOT} {FIRST_BOOT}.bak\n[Install]\nRequiredBy=crio.service kubelet.service\n",
}
OF_A_BOOT = "machine-config-daemon-firstboot.service kubelet.service"


def install_kubelet(machine):
    for unit, text in UNITS.items():
        machine.write(f"/etc/systemd/system/{unit}", text)
    machine.check(f"systemctl daemon-reload && systemctl enable {OF_A_BOOT} && sync")


def opt_in(lab, machine):
    """The pool's own MachineConfig enables kubelet, and the operator merges the two; the lab delivers ours alone, as a unit whose
    enabling is left to the presets."""
    lab.deliver(machine, required_by(lab))
    machine.check("systemctl enable kubelet.service && sync")


def required_by(lab):
    return lab.machine_config.with_name(lab.machine_config.name.replace("99-onload-node", "99-onload-node-required"))


def boots(machine):
    """Lets a parked boot go on, with the jobs that one of its own would have had from its begin."""
    ours = "onload-node-first-boot-kubelet.service"
    machine.check(f"systemctl start --no-block {OF_A_BOOT}; systemctl cat {ours} >/dev/null 2>&1 && systemctl start --no-block {ours}; true")
    machine.release()
    machine.wait_booted()


def kubelet(product):
    """Its state, and whether its conditions held when its start was tried last."""
    return product.unit("kubelet.service", "ActiveState", "ConditionResult")


RUNS, HELD_BACK = ["active", "yes"], ["inactive", "no"]


# --- one case each, from the parked boot

def without_the_opt_in(product):
    product.machine.write(GUARD, "attempts = \n")
    boots(product.machine)
    expect_equal("not opted in: the node fell back", product.recorded_status()["reason_code"], "guard")
    expect_equal("not opted in: kubelet runs all the same", kubelet(product), RUNS)


def a_good_boot(product):
    boots(product.machine)
    expect_equal("good boot: the node is active", product.recorded_status()["state"], "active")
    expect_equal("good boot: kubelet runs", kubelet(product), RUNS)
    expect_equal("good boot: nothing is noted of it", [note for note in product.status()["notes"] if "kubelet" in note], [])
    product.machine.check("systemctl restart kubelet.service")
    expect_equal("good boot: and starts again when it is restarted", kubelet(product), RUNS)


def a_fallback(product):
    machine = product.machine
    machine.write(GUARD, "attempts = \n")
    boots(machine)
    expect_equal("fallback: the node is on its in-tree driver", product.recorded_status()["reason_code"], "guard")
    expect_equal("fallback: kubelet did not start", (kubelet(product), product.never_started("kubelet.service")), (HELD_BACK, True))
    expect_equal("fallback: what it needs did, and the ports have their names",
                 (product.unit("crio.service", "ActiveState"), product.names()), (["active"], ["ens8f0", "ens8f1"]))
    for where, notes in (("status.json", product.recorded_status()["notes"]), ("status", product.status()["notes"])):
        check(f"fallback: {where} says what holds it back", any(MARKER in note for note in notes), notes)
    said = machine.run("journalctl -b -u kubelet.service -o cat --no-pager").stdout
    check("fallback: kubelet's journal names the conditions", "10-onload-node-required" in said or "condition" in said.lower(), said)
    machine.run("systemctl start kubelet.service")
    expect_equal("fallback: nor does it by hand", kubelet(product), HELD_BACK)


def let_start_by_hand(product):
    """Both are of this boot only: the unit file comes back with the disk's snapshot, the marker goes with /run."""
    machine = product.machine
    machine.check("mv /etc/systemd/system/onload-node.service /root/ && systemctl start kubelet.service")
    expect_equal("without onload-node's unit there is nobody to ask: kubelet runs", kubelet(product), RUNS)
    machine.check("systemctl stop kubelet.service && mv /root/onload-node.service /etc/systemd/system/")
    machine.check(f"touch {MARKER} && systemctl start kubelet.service")
    expect_equal("by the marker a person lets it start", kubelet(product), RUNS)


def reset_and_reboot(product):
    machine = product.machine
    expect_equal("reset: succeeds", product.run("reset").rc, 0)
    machine.check("systemctl --no-block reboot")
    machine.wait_next_boot()
    machine.park()
    machine.release()
    machine.wait_booted()
    expect_equal("after reset and a reboot: active, and kubelet runs", (product.recorded_status()["state"], kubelet(product)), ("active", RUNS))


def nothing_staged_for_this_kernel(product, lab):
    machine = product.machine
    machine.check(f"mv /opt/lib/modules/{lab.kernel} /opt/lib/modules/5.14.0-1.el9.x86_64")
    boots(machine)
    expect_equal("modules for another kernel only: kubelet did not start",
                 (product.recorded_status()["reason_code"], kubelet(product)), ("no-tree", HELD_BACK))


# --- with --full

def nothing_ever_staged(product):
    product.machine.check("rm -r /opt/lib/modules")
    boots(product.machine)
    expect_equal("new node: kubelet runs, for pods may bring the modules",
                 (product.recorded_status()["reason_code"], kubelet(product)), ("no-tree", RUNS))


def a_first_boot(product):
    product.machine.write(FIRST_BOOT, "{}")
    boots(product.machine)
    check("first boot: the file has gone, as by the daemon", not product.machine.run(f"test -e {FIRST_BOOT}").ok)
    expect_equal("first boot: kubelet runs", (product.never_started("onload-node.service"), kubelet(product)), (True, RUNS))


def a_dead_onload_node(product):
    product.machine.write("/usr/local/bin/onload-node", "#!/bin/sh\nkill -SEGV $$\n", 0o755)
    boots(product.machine)
    expect_equal("onload-node dies: kubelet did not start", kubelet(product), HELD_BACK)


def taken_away(product, required):
    machine = product.machine
    undeliver(machine, required)
    check("taken away: no file of it is left", not machine.run(f"ls {DROP_IN} /etc/systemd/system/*first-boot-kubelet*").stdout)


def switched_off(lab):
    machine = lab.parked(functions=2, kernel_arguments=["onload_node=off"], name="off")
    product = Product(machine)
    install_kubelet(machine)
    opt_in(lab, machine)
    boots(machine)
    expect_equal("switched off: kubelet runs", (product.recorded_status()["state"], kubelet(product)), ("off", RUNS))


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    install_kubelet(machine)
    machine.savevm("kubelet")
    without_the_opt_in(product)
    machine.loadvm("kubelet")
    opt_in(lab, machine)
    machine.savevm("opted-in")
    cases = [lambda: a_good_boot(product), lambda: nothing_staged_for_this_kernel(product, lab)]
    if lab.full:
        cases += [lambda: nothing_ever_staged(product), lambda: a_first_boot(product), lambda: a_dead_onload_node(product)]
    for case in cases:
        case()
        machine.loadvm("opted-in")
    a_fallback(product)
    let_start_by_hand(product)
    reset_and_reboot(product)
    if lab.full:
        taken_away(product, required_by(lab))
        switched_off(lab)
