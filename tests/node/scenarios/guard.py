# SPDX-License-Identifier: BSD-2-Clause
"""A driver that takes the node down is tried twice, one that hangs once; then the node is on the in-tree driver by itself.

What proves good is forgotten, and a good build is back at the boot after it is staged.
With --full, too: a driver that breaks the kernel, one whose init or probe hangs (an exit that hangs is in `hangs`), a guard that cannot be written, and boots that end without
the driver's doing. That a boot which ends in order is not counted is always shown by `faults`."""

from harness import check, expect_equal, note, timed
from harness.exit_status import IN_TREE
from harness.product import GUARD, Product

SOON = '[guard]\nsettle = "1s"\n[limits]\nprobe = "4s"\n'
NEVER = '[guard]\nsettle = "1h"\n'
SETTINGS = ("kernel.panic", "kernel.panic_on_oops", "kernel.hung_task_panic", "kernel.hung_task_timeout_secs")


def sysctls(machine):
    return [machine.run(f"sysctl -n {name}").stdout.strip() for name in SETTINGS]


def stage(lab, machine, driver):
    machine.push(driver, f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    machine.check("sync")


def dies(machine):
    """Lets the parked boot go on into its end; the machine stands parked in the next one."""
    machine.release()
    with timed("until the reset"):
        machine.wait_next_boot()
    machine.park()


def boots(machine):
    machine.release()
    machine.wait_booted()


def ends_in_order(machine):
    machine.check("systemctl --no-block reboot")
    machine.wait_next_boot()


def is_on_the_in_tree_driver(product, lab, case, *words):
    status = product.recorded_status()
    expect_equal(f"{case}: in-tree, because of the guard", (status["state"], status["reason_code"]), ("in-tree", "guard"))
    check(f"{case}: the reason says why, and the way out", all(word in status["reason"] for word in (*words, "onload-node reset")),
          status["reason"])
    check(f"{case}: status --json says that it tripped", status["guard"]["tripped"], status["guard"])
    expect_equal(f"{case}: the in-tree driver is in the kernel", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal(f"{case}: the ports have their names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal(f"{case}: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState"), ["active"])
    expect_equal(f"{case}: the unit fails as in-tree, so that alerts see it", product.exit_status(), IN_TREE)


def is_active(product, case):
    status = product.recorded_status()
    expect_equal(f"{case}: the node is active", (status["state"], product.exit_status()), ("active", 0))


# --- drivers that take the node down, over cold boots

def a_driver_that_panics(lab, machine, product):
    stage(lab, machine, lab.faulty_driver("PROBE_PANICS"))
    dies(machine)
    dies(machine)
    boots(machine)
    is_on_the_in_tree_driver(product, lab, "panics", "2 boots died")
    expect_equal("panics: two boots are counted", product.recorded_status()["guard"]["attempts"], 2)


def a_good_one_is_back_at_the_next_boot(lab, machine, product):
    stage(lab, machine, lab.another_build())
    ends_in_order(machine)
    machine.park()
    before = sysctls(machine)
    boots(machine)
    is_active(product, "good build")
    expect_equal("good build: the kernel's settings are as they were", sysctls(machine), before)
    check("good build: the boot is confirmed", product.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    expect_equal("good build: nothing is counted any more",
                 (product.status()["guard"]["attempts"], product.status()["guard"]["tripped"]), (0, False))


def a_driver_that_breaks_the_kernel(lab, machine, product):
    machine.loadvm("parked")
    stage(lab, machine, lab.faulty_driver("PROBE_OOPSES"))
    dies(machine)
    expect_equal("oopses: the boot is counted", product.status()["guard"]["attempts"], 1)
    stage(lab, machine, lab.faulty_driver("INIT_HANGS", seconds=600))
    expect_equal("oopses: another build begins anew", product.status()["guard"]["attempts"], 0)


def a_driver_that_hangs(lab, machine, product):
    """After a boot that another build has ended."""
    dies(machine)
    boots(machine)
    is_on_the_in_tree_driver(product, lab, "init hangs", "had to be reset", "its init has not ended within 4000 ms")


def a_port_that_hangs(lab, machine, product):
    machine.loadvm("parked")
    stage(lab, machine, lab.faulty_driver("PROBE_HANGS", seconds=600))
    dies(machine)
    boots(machine)
    is_on_the_in_tree_driver(product, lab, "one port hangs", "0000:00:08.1: the probe of the driver has not ended")
    expect_equal("one port hangs: reset tries again", product.run("reset").rc, 0)
    expect_equal("one port hangs: nothing is counted after it", product.recorded_status()["guard"]["tripped"], False)


# --- what is and what is not a death

def only_a_boot_that_dies_is_counted(product):
    machine = product.machine
    product.configure(NEVER)
    machine.check("sync")
    boots(machine)
    is_active(product, "not confirmed")
    check("not confirmed: the guard is armed", "attempts = 1" in machine.read(GUARD).decode(), machine.read(GUARD))
    ends_in_order(machine)
    check("clean reboot: no attempt is left", not machine.run(f"test -e {GUARD}").ok, machine.run(f"cat {GUARD}").stdout)
    machine.park()
    boots(machine)
    machine.check("sync")
    machine.power_cut()
    machine.start()
    machine.park()
    expect_equal("power cut: the boot is counted", product.status()["guard"]["attempts"], 1)
    boots(machine)
    is_active(product, "one dead boot of two")
    expect_equal("one dead boot of two: it is told", product.recorded_status()["guard"]["attempts"], 1)
    check("one dead boot of two: this one is counted, too", "attempts = 2" in machine.read(GUARD).decode(), machine.read(GUARD))
    ends_in_order(machine)
    expect_equal("clean reboot: only the dead one is left", product.status()["guard"]["attempts"], 1)


def a_guard_that_nobody_can_read(lab, product):
    machine = product.machine
    machine.write(GUARD, "attempts = \n")
    boots(machine)
    is_on_the_in_tree_driver(product, lab, "damaged guard", "cannot be read", GUARD)
    expect_equal("damaged guard: reset makes it good", (product.run("reset").rc, product.run("apply").rc), (0, 0))
    expect_equal("damaged guard: the node is active after it", product.status()["state"], "active")


def a_guard_that_nobody_can_write(lab, product):
    machine = product.machine
    machine.check("mkdir -p /var/lib/onload-node && mount -t tmpfs -o ro none /var/lib/onload-node")
    boots(machine)
    status = product.recorded_status()
    expect_equal("read-only guard: in-tree", (status["state"], status["reason_code"]), ("in-tree", "undone"))
    check("read-only guard: the reason says so", "boot guard" in status["reason"] and "Read-only" in status["reason"], status["reason"])
    expect_equal("read-only guard: the driver was not touched", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal("read-only guard: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState"), ["active"])


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(SOON)
    machine.savevm("parked")
    a_guard_that_nobody_can_read(lab, product)
    machine.loadvm("parked")
    if lab.full:
        a_guard_that_nobody_can_write(lab, product)
        machine.loadvm("parked")
    a_driver_that_panics(lab, machine, product)
    a_good_one_is_back_at_the_next_boot(lab, machine, product)
    if lab.full:
        a_port_that_hangs(lab, machine, product)
        a_driver_that_breaks_the_kernel(lab, machine, product)
        a_driver_that_hangs(lab, machine, product)
        note("boots that are no deaths, and one that is")
        only_a_boot_that_dies_is_counted(Product(lab.parked(functions=2, name="other")))
