# SPDX-License-Identifier: BSD-2-Clause
"""Whenever the in-tree driver comes in a boot, the node ends on the staged one, and no port waits longer than the swap.

Before the activation (bound in the initramfs), during it (coldplug, a uevent storm), right after the unload (a udev rule,
and a fixture that is always faster than the product). By default each once, without coldplug and the udev rule; with --full ten
cold boots of each kind and five of each interference."""

from harness import check, expect_equal, note, paths, tried
from harness.port_history import IN_TREE, OUT_OF_TREE, count, longest_gap, port_history, takes_turns
from harness.product import STAGED_MODULES, Product

SEVERAL_PROCESSORS = True
PORTS = {"0000:00:08.0": "ens8f0", "0000:00:08.1": "ens8f1"}
IN_INITRD = "onload_node_test.sfc_in_initrd"
TRIGGERS = "/run/onload-node-test/triggers"
WON = "/run/onload-node-test/won"
# Fewer than the product's attempts at one load: a loader that never ends cannot be beaten by anybody.
WINS = 3
CLOCK_GRAIN = 0.01  # the product's timings are whole milliseconds

# Asks udev to handle every PCI and network device again, without a pause, until the activation has ended, and once more then: the
# last trigger comes after the load, however soon that was told. Not before it has done with the last ones: behind a queue that grows
# faster than it is worked off no interface would ever get its name.
STORM = f"""
for _ in $(seq 500); do
    ended=$([ ! -e /run/onload-node/status.json ] || echo yes)
    read -r now _ </proc/uptime
    echo $now >>{TRIGGERS}
    udevadm trigger --settle --action=add --subsystem-match=pci --subsystem-match=net
    [ -z "$ended" ] || break
done
"""
LOADS_AGAIN = 'ACTION=="remove", SUBSYSTEM=="module", KERNEL=="sfc", RUN+="/sbin/modprobe sfc"\n'


def in_background(machine, command):
    """Beside the boot that goes on; ends with its own bound, and with the machine."""
    machine.write("/run/onload-node-test/background", command)
    machine.check("setsid bash /run/onload-node-test/background </dev/null >/dev/null 2>&1 &")


# --- what holds after every boot

def the_swap(product):
    """Seconds that the product's swap took, by its own clock."""
    return product.status()["timings_ms"]["phase driver"] / 1000


def each_port_had_one_driver_at_a_time(product, case, history):
    expect_equal(f"{case}: the kernel log tells of both ports", sorted(history), sorted(PORTS))
    check(f"{case}: never two drivers on a port, and the staged one is the last",
          all(takes_turns(events) and (events[-1].flavour, events[-1].what) == (OUT_OF_TREE, "bound") for events in history.values()),
          history)
    swap = the_swap(product)
    gaps = [longest_gap(events) for events in history.values()]
    check(f"{case}: no port was without a driver for longer than the swap", max(gaps, default=swap + 1) <= swap + CLOCK_GRAIN,
          f"without a driver for {gaps} s, swap {swap} s\n{history}")
    note(f"{case}: longest without a driver {max(gaps, default=0):.3f} s, swap {swap:.3f} s, in-tree bound "
         f"{count(history.get('0000:00:08.0', []), IN_TREE, 'bound')} times")


def the_node_is_as_wanted(product, lab, case):
    machine = product.machine
    boot = machine.wait_booted()
    check(f"{case}: the boot completes without a failed unit", boot == "running",
          machine.run("systemctl --failed; systemctl status -l --no-pager onload-node").stdout)
    expect_equal(f"{case}: active, exit 0", (product.recorded_status()["state"], product.exit_status()), ("active", 0))
    staged = product.staged_build_ids(lab.kernel)
    expect_equal(f"{case}: the kernel has the staged modules, by build-id",
                 {module: product.loaded_build_id(module) for module in STAGED_MODULES}, staged)
    expect_equal(f"{case}: one sfc", machine.check("grep -c '^sfc ' /proc/modules"), "1")
    expect_equal(f"{case}: the ports have their names", product.interfaces(), PORTS)
    check(f"{case}: chronyd was never started", product.never_started("chronyd.service"))
    history = port_history(machine)
    each_port_had_one_driver_at_a_time(product, case, history)
    return history


# --- cold boots, where the race is the boot itself

def cold_boot(lab, case, kernel_arguments=()):
    machine = lab.delivered(functions=2, kernel_arguments=kernel_arguments)
    product = Product(machine)
    history = the_node_is_as_wanted(product, lab, case)
    bound = history["0000:00:08.0"][0]
    started, ended = (int(at) / 1e6 for at in product.unit("onload-node.service", "InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic"))
    note(f"{case}: {bound.flavour} bound at {bound.at:.2f} s, the unit ran from {started:.2f} to {ended:.2f} s")
    machine.power_cut()
    return bound


def bound_in_the_initramfs(lab, boots):
    for boot in range(boots):
        case = f"initramfs {boot + 1}"
        bound = cold_boot(lab, case, [IN_INITRD])
        expect_equal(f"{case}: the in-tree driver was there first", bound.flavour, IN_TREE)


def coldplug_while_the_unit_runs(lab, boots):
    for boot in range(boots):
        cold_boot(lab, f"coldplug {boot + 1}")


# --- boots from just before the unit, in which somebody interferes

def storm(product, lab, case):
    in_background(product.machine, STORM)
    product.machine.release()
    history = the_node_is_as_wanted(product, lab, case)
    triggers = [float(at) for at in product.machine.check(f"cat {TRIGGERS}").split()]
    released = min(events[1].at for events in history.values())
    bound = max(events[-1].at for events in history.values())
    before, after = (sum(at < released for at in triggers), sum(at > bound for at in triggers))
    note(f"{case}: {len(triggers)} triggers, {before} before the unload, {after} after the load")
    check(f"{case}: it raged before the unload and after the load", before > 0 and after > 0, (triggers, released, bound))


def udev_loads_it_again(product, lab, case):
    product.machine.write("/run/udev/rules.d/99-load-again.rules", LOADS_AGAIN)
    product.machine.check("udevadm control --reload")
    product.machine.release()
    the_node_is_as_wanted(product, lab, case)


def somebody_faster_loads_it_again(product, lab, case):
    product.machine.push(paths.PROGRAMS / "load_again", "/run/onload-node-test/load_again")
    driver = f"/lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko"
    in_background(product.machine, f"/run/onload-node-test/load_again {driver} {WINS} 60 >{WON}")
    product.machine.release()
    history = the_node_is_as_wanted(product, lab, case)
    won = len(product.machine.check(f"cat {WON}").splitlines())
    note(f"{case}: in the kernel again {won} times")
    # How often it is faster is up to the processors; that it was at all is what this case is about.
    check(f"{case}: the in-tree driver came in between", won >= 1, won)
    check(f"{case}: but got no port that was held", all(count(events, IN_TREE, "bound") <= 2 for events in history.values()), history)


def scenario(lab):
    boots, times = (10, 5) if lab.full else (1, 1)
    tried(f"{boots} cold boots of each kind, each interference {times} times")
    bound_in_the_initramfs(lab, boots)
    if lab.full:
        coldplug_while_the_unit_runs(lab, boots)
    machine = lab.parked(functions=2, name="parked")
    product = Product(machine)
    interferences = [storm, somebody_faster_loads_it_again]
    if lab.full:
        interferences.append(udev_loads_it_again)
    for interference in interferences:
        for number in range(times):
            machine.loadvm("parked")
            interference(product, lab, f"{interference.__name__.replace('_', ' ')} {number + 1}")
