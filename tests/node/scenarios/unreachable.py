# SPDX-License-Identifier: BSD-2-Clause
"""A driver that is there and carries nothing is not good: what the last good boot reached, the next one has to reach.

The ports get their carrier from the fixture (fixture_fault.h, NO_CARRIER), and the network is set up as NetworkManager does it: no
route over a port without carrier (its devices wait for carrier; NetworkManager.conf(5), carrier-wait-timeout). With --full, too: the
boot after the one in which the in-tree driver reached nothing either, and reset."""

from harness import check, expect_equal
from harness.exit_status import DEGRADED
from harness.product import GUARD, Product

REACH = "/var/lib/onload-node/reach.toml"
IN_TREE_OPTIONS = "/etc/modprobe.d/50-scenario.conf"
TOML = '[guard]\nattempts = 1\nsettle = "3s"\npatience = "6s"\n'
# NO_CARRIER of drivers/fixture_fault.h.
DARK = '[driver.parameters]\nsfc = { fixture_fault = "11" }\n'

NETWORK = """[Unit]
After=network-pre.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set ens8f0 up; ip link set ens8f1 up; \\
    if grep -q 1 /sys/class/net/ens8f0/carrier; then ip address add 192.0.2.1/24 dev ens8f0; ip route add default via 192.0.2.9; fi'
[Install]
WantedBy=multi-user.target
"""


def set_up_network(machine):
    machine.write("/etc/systemd/system/scenario-network.service", NETWORK)
    machine.check("systemctl daemon-reload && systemctl enable scenario-network.service && systemctl start --no-block scenario-network.service && sync")


def reboot(machine):
    machine.check("systemctl --no-block reboot")
    machine.wait_next_boot()
    machine.park()
    machine.release()
    machine.wait_booted()


def reached(machine):
    """How many ports are remembered, and over how many of them the default route went."""
    text = (machine.read_if_there(REACH) or b"").decode()
    return text.count(" = "), text.count(" = true")


def a_good_boot_is_remembered(product):
    machine = product.machine
    set_up_network(machine)
    machine.release()
    machine.wait_booted()
    check("good: it is confirmed", product.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    check("good: what it reached is remembered", machine.wait_until(f"test -s {REACH}"), product.journal())
    expect_equal("good: both ports, and which has the default route", reached(machine), (2, 1))


def nothing_is_reached(product):
    machine, case = product.machine, "no carrier"
    machine.wait_until(f"grep -q \"unreachable = 1\" {GUARD}")
    status = product.status()
    expect_equal(f"{case}: degraded, and why", (status["state"], status["reason_code"]), ("degraded", "unreachable"))
    check(f"{case}: the reason says what is gone", "no port has carrier" in status["reason"] and "ens8f" in status["reason"], status["reason"])
    expect_equal(f"{case}: status says so by its exit status", product.run("status").rc, DEGRADED)
    check(f"{case}: it is not confirmed", machine.run(f"test -e {GUARD}").ok, product.journal())


def late_carrier_confirms_late(product):
    machine = product.machine
    machine.check("echo 1 >/sys/class/net/ens8f1/carrier")
    check("late carrier: one port is enough, and the boot is confirmed", product.becomes_confirmed(), product.journal())
    check("late carrier: the status says so", product.status()["reason_code"] != "unreachable", product.status())
    check("late carrier: that port is remembered, without the route", machine.wait_until(f"! grep -q true {REACH}"), product.journal())
    expect_equal("late carrier: that port alone", reached(machine), (1, 0))


def the_next_boot_is_in_tree(product, lab):
    machine = product.machine
    status = product.recorded_status()
    expect_equal("after it: in-tree, because of the guard", (status["state"], status["reason_code"]), ("in-tree", "guard"))
    check("after it: the reason tells no death", "1 boot reached nothing" in status["reason"], status["reason"])
    expect_equal("after it: the in-tree driver is in the kernel", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    check("after it: what it reaches is remembered, too", machine.wait_until(f'grep -q "= true" {REACH}'), machine.run(f"cat {REACH}").stdout)
    expect_equal("after it: both ports are", reached(machine), (2, 1))
    check("after it: the guard stays", machine.run(f"test -e {GUARD}").ok, product.journal())


def it_was_not_the_driver(product):
    machine = product.machine
    machine.write(IN_TREE_OPTIONS, "options sfc fixture_fault=11\n")
    reboot(machine)
    check("no driver reaches anything: the attempts are taken back", machine.wait_until(f"! test -e {GUARD} && ! test -e {REACH}"), product.journal())
    check("no driver reaches anything: it is told", "with the in-tree driver, too, no port has carrier" in product.journal(), product.journal())
    expect_equal("no driver reaches anything: the guard no longer keeps it", product.status()["guard"]["tripped"], False)
    expect_equal("no driver reaches anything: and nothing is expected any more", reached(machine), (0, 0))


def nothing_is_expected(product):
    machine = product.machine
    reboot(machine)
    check("after that: confirmed, although nothing is reached", product.becomes_confirmed(), product.journal())
    check("after that: on the staged driver", product.out_of_tree("sfc"), product.recorded_status())
    machine.write(REACH, '"02:00:00:00:00:01" = true\n')
    expect_equal("reset forgets what was reached", (product.run("reset").rc, reached(machine)), (0, (0, 0)))


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(TOML)
    a_good_boot_is_remembered(product)
    product.configure(TOML + DARK)
    reboot(machine)
    nothing_is_reached(product)
    machine.savevm("unreached")
    late_carrier_confirms_late(product)
    machine.loadvm("unreached")
    # In order, as by the power button.
    reboot(machine)
    the_next_boot_is_in_tree(product, lab)
    it_was_not_the_driver(product)
    if lab.full:
        nothing_is_expected(product)
