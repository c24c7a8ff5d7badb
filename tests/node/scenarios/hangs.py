# SPDX-License-Identifier: BSD-2-Clause
"""Nothing waits without a limit: not for a driver that does not let go, not for a device whose lock is held.

The kernel is real, and so is what hangs in it: delete_module, the removal of a port, and whoever asks about a port that another
one has (fixture_fault.h). With --full, too: an in-tree driver whose probe takes 12 and 50 s for each port; apply and revert while a port hangs."""

import time

from harness import check, expect_equal, note, timed
from harness.exit_status import IN_TREE
from harness.product import Product

SOON = '[guard]\nsettle = "1h"\n[limits]\nprobe = "4s"\n'
EXIT_HANGS, REMOVE_HANGS, LOCK_HELD, PROBE_SLEEPS = 8, 9, 10, 3
BOOT_ID = "/proc/sys/kernel/random/boot_id"
FAULT = "/sys/module/sfc/parameters"
SETTINGS = ("kernel.panic", "kernel.panic_on_oops", "kernel.hung_task_panic", "kernel.hung_task_timeout_secs")
# What hangs does so for this long, and whoever waits for it takes as long; whatever takes less has not. Looking anew gets ten seconds
# for a port that may hang, a boot and a shutdown some minutes at the most: the rest is for the emulated node.
HANGS = 6000
LOOK_SECONDS = 300
BOOT_SECONDS = 900
SHUTDOWN_SECONDS = 900


def sysctls(machine):
    return [machine.run(f"sysctl -n {name}").stdout.strip() for name in SETTINGS]


def break_loaded(machine, fault, seconds=HANGS):
    machine.check(f"echo {seconds} >{FAULT}/fixture_seconds && echo {fault} >{FAULT}/fixture_fault")


def load_in_tree(machine, fault, seconds, background=False):
    """As udev loads it, some time before our unit starts."""
    load = f"modprobe sfc fixture_fault={fault} fixture_seconds={seconds}"
    machine.check("modprobe -r sfc && " + (f"(setsid {load} </dev/null >/dev/null 2>&1 &) && until [ -e /sys/module/sfc ]; do sleep 0.1; done" if background else f"{load} && sleep 2"))


def ended(machine, seconds):
    """How long the unit took to come to its end; None if it has not."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if machine.run("systemctl show -p ActiveState --value onload-node").stdout.strip() not in ("activating", "deactivating"):
            return time.monotonic() - begun
        time.sleep(1)
    return None


def within(promise, machine, command, seconds):
    """Runs a command that must come back; what it printed and its exit status."""
    begun = time.monotonic()
    output = machine.run(f"timeout -k 2 {seconds} {command}", seconds + 30)
    took = time.monotonic() - begun
    check(f"{promise} within {seconds} s", output.rc not in (124, 137) and took < seconds + 10, f"{output.rc} after {took:.0f} s: {output.stderr}")
    note(f"{command}: {took:.1f} s")
    return output


def resets_itself(case, machine, product, words):
    machine.release()
    with timed(f"{case}: until the reset"):
        machine.wait_next_boot()
    machine.park()
    machine.release()
    machine.wait_booted()
    status = product.recorded_status()
    expect_equal(f"{case}: the next boot is in-tree, because of the guard", (status["state"], status["reason_code"]), ("in-tree", "guard"))
    check(f"{case}: the reason says what hung", all(word in status["reason"] for word in words), status["reason"])
    expect_equal(f"{case}: the ports have their names", product.names(), ["ens8f0", "ens8f1"])


def an_in_tree_driver_that_is_not_unloaded(machine, product):
    product.configure(SOON)
    break_loaded(machine, EXIT_HANGS)
    resets_itself("exit hangs", machine, product, ("its exit has not ended within 4000 ms", "onload-node reset"))


def a_port_whose_lock_is_held(lab, machine, product):
    """Somebody else, here the in-tree driver, has the second port and does not let go of it."""
    machine.loadvm("parked")
    product.configure(SOON)
    load_in_tree(machine, LOCK_HELD, HANGS)
    machine.release()
    took = ended(machine, BOOT_SECONDS)
    check(f"lock held: the unit has ended within {BOOT_SECONDS} s", took is not None, machine.run("systemctl list-jobs").stdout)
    note(f"lock held: the unit had ended after {took or BOOT_SECONDS:.0f} s")
    # udev waits for that port as well, so it never settles.
    machine.run("systemctl is-system-running --wait", BOOT_SECONDS)
    output = within("lock held: status answers", machine, "onload-node status", LOOK_SECONDS)
    status = product.status()
    expect_equal("lock held: the in-tree driver stays", (status["state"], status["reason_code"], output.rc), ("in-tree", "hung", IN_TREE))
    check("lock held: the reason names the port, and what to do", "0000:00:08.1" in status["reason"] and "reset" in status["reason"], status["reason"])
    expect_equal("lock held: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState"), ["active"])
    nics = within("lock held: nics answers", machine, "onload-node nics", LOOK_SECONDS)
    check("lock held: nics shows both ports", "0000:00:08.0" in nics.stdout and "0000:00:08.1" in nics.stdout, nics.stdout)
    if lab.full:
        within("lock held: the next apply ends", machine, "onload-node apply", BOOT_SECONDS)


def a_port_that_is_not_removed(lab):
    """Under a live network: nothing resets the node, and everything else goes on."""
    machine = lab.booted(functions=2, name="live")
    product = Product(machine)
    product.configure(SOON)
    before = sysctls(machine)
    machine.check("ip link set ens8f0 up && ip link set ens8f1 up")
    break_loaded(machine, REMOVE_HANGS)
    machine.push(lab.another_build(), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    boot = machine.read(BOOT_ID)
    applied = within("remove hangs: apply --live comes back", machine, "onload-node apply --live", LOOK_SECONDS)
    check("remove hangs: apply says what hung", "exit has not ended" in applied.stderr + applied.stdout, applied.stderr)
    expect_equal("remove hangs: the kernel's settings are as before", sysctls(machine), before)
    check("remove hangs: udev may load drivers again", not machine.run("test -e /run/udev/rules.d/70-onload-node.rules").ok)
    output = within("remove hangs: status answers", machine, "onload-node status", LOOK_SECONDS)
    check("remove hangs: status says so", "0000:00:08.1" in output.stdout and "does not answer" in output.stdout, output.stdout)
    machine.check("systemctl stop sfptpd")
    within("remove hangs: the lock is let go, and the clock can be given back", machine, "onload-node time-fallback", LOOK_SECONDS)
    started = machine.wait_until("systemctl is-active --quiet chronyd")
    check("remove hangs: chronyd keeps the clock", started, machine.run("systemctl status chronyd").stdout)
    within("remove hangs: refresh ends", machine, "onload-node refresh", LOOK_SECONDS)
    if lab.full:
        within("remove hangs: revert ends", machine, "onload-node revert --live", LOOK_SECONDS)
    expect_equal("remove hangs: nothing has reset the node", machine.read(BOOT_ID), boot)
    begun = time.monotonic()
    machine.check("systemctl --no-block reboot")
    machine.wait_next_boot()
    took = time.monotonic() - begun
    check(f"remove hangs: a reboot takes less than {SHUTDOWN_SECONDS} s", took < SHUTDOWN_SECONDS, f"{took:.0f} s")
    note(f"remove hangs: from the reboot to the next boot {took:.0f} s")
    machine.wait_booted()
    status = product.recorded_status()
    expect_equal("remove hangs: the next boot is in-tree", (status["state"], status["reason_code"]), ("in-tree", "guard"))
    machine.power_cut()


def a_probe_that_takes_its_time(machine, product, seconds, state):
    machine.loadvm("parked")
    load_in_tree(machine, PROBE_SLEEPS, seconds, background=True)
    machine.release()
    took = ended(machine, BOOT_SECONDS)
    check(f"probe takes {seconds} s: the unit has ended within {BOOT_SECONDS} s", took is not None, machine.run("systemctl list-jobs").stdout)
    machine.wait_booted()
    status = product.recorded_status()
    expect_equal(f"probe takes {seconds} s: the state", status["state"], state)
    note(f"probe takes {seconds} s: {took or BOOT_SECONDS:.0f} s, {status['state']}: {status['reason']}")
    return status


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    machine.savevm("parked")
    a_port_whose_lock_is_held(lab, machine, product)
    a_probe_that_takes_its_time(machine, product, 6, "active")
    if lab.full:
        a_probe_that_takes_its_time(machine, product, 12, "active")
        a_probe_that_takes_its_time(machine, product, 50, "in-tree")
    machine.loadvm("parked")
    an_in_tree_driver_that_is_not_unloaded(machine, product)
    machine.power_cut()
    a_port_that_is_not_removed(lab)
