# SPDX-License-Identifier: BSD-2-Clause
"""One daemon keeps the clock whatever becomes of sfptpd: it waits for the network, gets the node's port, heals by itself,
and gives the clock back to chronyd when it dies, when its card goes, and never when somebody merely stops it.

The machine-config daemon's calls about chronyd work in every state. With --full, too: sfptpd missing, without its
configuration, failing at boot, in a pod, tried in vain, and those calls on a node in-tree and without a card."""

from harness import check, expect_equal, note, timed
from harness.exit_status import DEGRADED
from harness.product import Product

FAIL = "/run/fixture-sfptpd-fail"
SFPTPD = "/usr/local/sbin/sfptpd"
CHRONYD_UNIT = "/etc/systemd/system/chronyd.service"
OUR_UNITS = "onload-node.service onload-node-confirm.service onload-node-time-unmask.service onload-node-time-wait.service"
RETRY = '[time]\nretry = "10s"\n'

# As `pkg/daemon/update.go` of the machine-config operator calls systemctl; chronyd in between as any MachineConfig may have it.
DAEMON_CALLS = (
    f"systemctl enable chronyd.service {OUR_UNITS}",
    "systemctl preset chronyd.service",
    "systemctl disable chronyd.service",
    "systemctl mask chronyd.service",
    "systemctl unmask chronyd.service",
    "systemctl enable chronyd.service",
)

# What waits for the clock on a node of OpenShift 4.17: kubelet by its target, the target by chrony-wait.
# (machine-config-operator: templates/common/_base/units/kubelet-dependencies.target.yaml)
WAITING_UNITS = {
    "chrony-wait.service": "[Unit]\nRequires=chronyd.service\nAfter=chronyd.service\nBefore=time-sync.target\nWants=time-sync.target\n"
                           "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\n",
    "kubelet-dependencies.target": "[Unit]\nRequires=network-online.target\nWants=chrony-wait.service\n",
    "kubelet.service": "[Unit]\nRequires=kubelet-dependencies.target\nAfter=kubelet-dependencies.target\n"
                       "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\n",
}


def becomes_active(machine, unit):
    """Whether the unit does, by itself; how long it took is told."""
    with timed(unit):
        return machine.wait_until(f"systemctl is-active --quiet {unit}")


def keepers(product):
    """The clock daemons that run."""
    units = ("chronyd.service", "sfptpd.service")
    states = product.machine.run(f"systemctl is-active {' '.join(units)}").stdout.split()
    return [unit for unit, state in zip(units, states) if state == "active"]


def refreshed(product):
    product.machine.check("systemctl start onload-node-refresh.service")
    return product.recorded_status()


def the_daemons_calls_work(product, state):
    """All in one shell: each makes PID 1 reload."""
    done = product.machine.run("\n".join(f"{call} || echo FAILED: {call}" for call in DAEMON_CALLS), timeout=120)
    check(f"{state}: the machine-config daemon can enable, preset, disable, mask and unmask chronyd, and enable our units",
          "FAILED" not in done.stdout and "masked" not in done.stderr, done)


# --- a node as it is delivered: sfptpd.conf names no port, and the network is slow

def without_an_address_chronyd_keeps_the_clock(product):
    machine = product.machine
    check("without an address chronyd keeps the clock", becomes_active(machine, "chronyd.service"), keepers(product))
    machine.wait_until("grep -q waits_for.*address /run/onload-node/status.json")
    status = product.recorded_status()
    expect_equal("the status is degraded", (status["state"], status["reason_code"]), ("degraded", "time-daemon"))
    check("it says what sfptpd waits for", "no Solarflare port has carrier and an address" in status["reason"], status["reason"])
    check("and since when chronyd keeps the clock", status["time"].get("fallback_since", "").endswith("Z"), status["time"])
    expect_equal("chronyd alone does", keepers(product), ["chronyd.service"])


def an_address_heals_it(product):
    machine = product.machine
    before = product.unit("chronyd.service", "ActiveEnterTimestampMonotonic")
    machine.check("for port in ens8f0 ens8f1; do ip link set $port up; done; sleep 6")
    expect_equal("a link without an address disturbs nobody", product.unit("chronyd.service", "ActiveEnterTimestampMonotonic"), before)
    machine.check("ip address add 192.0.2.1/24 dev ens8f1")
    check("an address makes sfptpd take over", becomes_active(machine, "sfptpd.service"), keepers(product))
    expect_equal("it has the port with the address", machine.run("tr '\\0' ' ' </proc/$(pgrep -x sfptpd)/cmdline").stdout.strip(),
                 f"{SFPTPD} --no-daemon -f /etc/sfptpd.conf -i ens8f1")
    expect_equal("it alone keeps the clock", keepers(product), ["sfptpd.service"])
    expect_equal("the node is active", refreshed(product)["state"], "active")


def any_end_but_a_stop_restarts_it(product):
    machine = product.machine
    main = product.unit("sfptpd.service", "MainPID")
    machine.check("pkill -TERM -x sfptpd")
    restarted = machine.wait_until(f"systemctl is-active --quiet sfptpd && [ $(systemctl show -P MainPID sfptpd) != {main[0]} ]")
    check("a SIGTERM of somebody, a clean end, restarts it", restarted, main)
    machine.check("systemctl stop sfptpd.service; sleep 4")
    status = refreshed(product)
    check("a stop is respected, and told", keepers(product) == [] and "sfptpd.service was stopped, and nothing keeps the clock"
          in status["reason"], status["reason"])
    expect_equal("time-fallback gives the clock to chronyd then",
                 (product.run("time-fallback").rc, becomes_active(machine, "chronyd.service"), keepers(product)), (0, True, ["chronyd.service"]))
    expect_equal("apply takes it again", (product.run("apply").rc, becomes_active(machine, "sfptpd.service"), keepers(product)),
                 (0, True, ["sfptpd.service"]))


def tried_in_vain(machine, product):
    machine.wait_until("grep -q 'tries = 1' /run/onload-node/clock.toml")
    becomes_active(machine, "chronyd.service")
    check("it is tried again, in vain, and chronyd is back", "tries = 1" in machine.read("/run/onload-node/clock.toml").decode(), keepers(product))


def dies_for_good_and_comes_back(lab, product):
    """It ends with status 0, again and again: no failure for systemd, and no clock for the node."""
    machine = product.machine
    machine.write(FAIL, "0\n")
    machine.check("systemctl disable chronyd.service; pkill -KILL -x sfptpd")
    check("dies for good: chronyd, disabled as it is, runs", becomes_active(machine, "chronyd.service"), keepers(product))
    status = refreshed(product)
    check("dies for good: the status says who, since when, and when sfptpd is tried again",
          "sfptpd.service is failed, chronyd.service keeps the clock since 20" in status["reason"] and "is tried again at 20" in status["reason"],
          status["reason"])
    expect_equal("dies for good: status says so by its exit status", product.run("status").rc, DEGRADED)
    the_daemons_calls_work(product, "while chronyd keeps the clock")
    if lab.full:
        tried_in_vain(machine, product)
    entries = machine.read("/run/onload-node/undo.toml").decode().count('phase = "time"')
    expect_equal("nothing is left to undo of what was given back", entries, 0)
    machine.check(f"rm {FAIL}")
    check("mended, it takes over by itself", becomes_active(machine, "sfptpd.service") and keepers(product) == ["sfptpd.service"], keepers(product))
    expect_equal("and the node is active", refreshed(product)["state"], "active")


def the_card_goes(lab, product):
    machine = product.machine
    machine.check("for port in 0000:00:08.0 0000:00:08.1; do echo 1 >/sys/bus/pci/devices/$port/remove; done")
    check("the card is pulled out: chronyd keeps the clock", becomes_active(machine, "chronyd.service"), keepers(product))
    expect_equal("it alone", keepers(product), ["chronyd.service"])
    expect_equal("and the node is idle", refreshed(product)["state"], "idle")
    if lab.full:
        the_daemons_calls_work(product, "without a card")


def as_delivered(lab, product):
    machine = product.machine
    product.configure(RETRY)
    lab.deliver_sfptpd_conf(machine)
    if lab.full:
        the_daemons_calls_work(product, "before onload-node has run")
    machine.release()
    machine.wait_booted()
    check("chronyd is masked at first", "mask chronyd.service" in product.journal(), product.journal())
    expect_equal("and not any more once the boot is over", product.is_enabled("chronyd.service"), "enabled")
    without_an_address_chronyd_keeps_the_clock(product)
    an_address_heals_it(product)
    the_daemons_calls_work(product, "while sfptpd keeps the clock")
    any_end_but_a_stop_restarts_it(product)
    dies_for_good_and_comes_back(lab, product)
    the_card_goes(lab, product)


# --- what waits for the clock

def kubelet_waits_for_the_clock(product):
    """sfptpd is ready long before the time is right."""
    machine = product.machine
    machine.loadvm("parked")
    machine.write("/run/fixture-sfptpd-synchronised-after", "10\n")
    for unit, text in WAITING_UNITS.items():
        machine.write(f"/etc/systemd/system/{unit}", text)
    # The documented way to configure chronyd ships a unit in /etc, which outranks a mask in /run.
    machine.check(f"cp /usr/lib/systemd/system/chronyd.service {CHRONYD_UNIT}; systemctl daemon-reload; systemctl start --no-block kubelet.service")
    machine.release()
    check("the boot completes", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    ready, kubelet, target = (int(product.unit(unit, "ActiveEnterTimestampMonotonic")[0]) / 1e6
                              for unit in ("sfptpd.service", "kubelet.service", "time-sync.target"))
    note(f"sfptpd was ready at {ready:.1f} s, the clock right 10 s later, kubelet started at {kubelet:.1f} s")
    check("kubelet, which waits for chrony-wait, waits until sfptpd's clock is right", kubelet >= ready + 9, f"{ready} {kubelet}")
    check("and time-sync.target is not claimed before", target >= ready + 9, f"{ready} {target}")
    expect_equal("chronyd is held back although its unit is in /etc", keepers(product), ["sfptpd.service"])
    shown = machine.run("systemctl status chronyd.service").stdout
    check("systemctl status chronyd names who holds it back", "onload-node/sfptpd-keeps-time was not met" in shown, shown)
    expect_equal("and the node is active", (refreshed(product)["state"], product.run("plan").rc), ("active", 0))


# --- with --full

def boot_with(machine, breakage):
    """The same boot once more, broken before the unit."""
    machine.loadvm("parked")
    machine.check(breakage)
    machine.release()
    machine.wait_booted()


def cannot_start_at_boot(product, case, breakage):
    machine = product.machine
    boot_with(machine, breakage)
    check(f"{case}: chronyd runs", becomes_active(machine, "chronyd.service"), keepers(product))
    expect_equal(f"{case}: it alone", keepers(product), ["chronyd.service"])
    status = refreshed(product)
    expect_equal(f"{case}: the status is degraded", (status["state"], status["reason_code"]), ("degraded", "time-daemon"))
    expect_equal(f"{case}: the out-of-tree driver stays", product.names(), ["ens8f0", "ens8f1"])
    check(f"{case}: and nothing more is to be done", product.run("plan").rc == 0, product.run("plan").stdout)


def sfptpd_in_a_pod(product):
    machine = product.machine
    machine.loadvm("parked")
    product.configure('[time]\ndaemon = ""\n')
    machine.release()
    machine.wait_booted()
    expect_equal("in a pod: neither chronyd nor a sfptpd of ours runs", keepers(product), [])
    check("in a pod: the status names the gap", "no clock daemon of this node" in product.recorded_status()["sentence"],
          product.recorded_status()["sentence"])
    the_daemons_calls_work(product, "with sfptpd in a pod")


def left_alone(product, case, breakage):
    boot_with(product.machine, breakage)
    expect_equal(f"{case}: chronyd keeps the clock", keepers(product), ["chronyd.service"])
    the_daemons_calls_work(product, case)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    as_delivered(lab, product)
    kubelet_waits_for_the_clock(product)
    if lab.full:
        cannot_start_at_boot(product, "fails at boot", f"echo 16 >{FAIL}")
        cannot_start_at_boot(product, "missing", f"mv {SFPTPD} {SFPTPD}.away")
        cannot_start_at_boot(product, "no configuration", "mv /etc/sfptpd.conf /etc/sfptpd.conf.away")
        cannot_start_at_boot(product, "another port configured", "sed -i 's/interface system/interface sf0/' /etc/sfptpd.conf")
        sfptpd_in_a_pod(product)
        left_alone(product, "in-tree", "rm -r /opt/lib/modules")
