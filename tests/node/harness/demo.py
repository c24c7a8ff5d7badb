# SPDX-License-Identifier: BSD-2-Clause
"""The demo: a stock node, the MachineConfig, a reboot, and what the node is then; or a node that is broken, and its cure."""

import time

from .broken import breakages, comes_to, cure, prepare
from .checks import note, start_tally
from .lab import Lab
from .product import STAGED_MODULES, Product


ADDRESSES = "for i in 0 1; do ip link set ens8f$i up; ip address add 192.0.2.$((i + 1))/24 dev ens8f$i; done"


def demo(machine_config):
    """Prints the story; returns whether it ended as promised."""
    start_tally()
    lab = Lab("demo", machine_config=machine_config)
    lab.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _tell(lab)
    finally:
        lab.close()


def demo_of_broken(machine_config, reason, cured):
    """Shows a node that has come to this reason and, where it is asked for, the way out of it."""
    start_tally()
    lab = Lab("demo", machine_config=machine_config)
    lab.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _tell_of_broken(lab, reason, cured)
    finally:
        lab.close()


def list_of_broken():
    """Each reason that a demo can show, with its story."""
    return "\n".join(f"{reason:14}{breakage.story}" for reason, breakage in breakages("KERNEL").items())


def _tell_of_broken(lab, reason, cured):
    breakage = breakages(lab.kernel)[reason]
    with _chapter("1. A healthy node, with the MachineConfig delivered and the (fixture) modules staged"):
        machine = lab.booted(functions=2)
        product = Product(machine)
        prepare(lab, machine, reason)
    print(f"\nnode# {breakage.breaks}\nnode# reboot")
    with _chapter(f"2. {breakage.story} The node boots"):
        comes_to(machine, breakage, reason, ADDRESSES)
    _show_broken(machine)
    came_to = product.status()
    typed = f"node# {breakage.cure}" + ("\nnode# reboot      # on a cluster: drained before" if breakage.cured_by_reboot else "")
    if not cured:
        print(f"\nThe cure:\n\n{typed}\n\ntests/demo --broken {reason} --cure shows what becomes of it.", flush=True)
        return came_to["reason_code"] == reason
    print(f"\n{typed}")
    with _chapter("3. The cure"):
        cure(machine, breakage, ADDRESSES)
    _show(machine, "onload-node status")
    state = product.status()["state"]
    print(f"\nThe node is {state}.", flush=True)
    return came_to["reason_code"] == reason and state == "active"


def _show_broken(machine):
    for command in ("systemctl status --no-pager --lines=0 onload-node | head -n 5", "onload-node status", "onload-node plan"):
        _show(machine, command)


def _tell(lab):
    with _chapter("1. A stock node: real kernel, systemd and udev, two ports on the (fixture) in-tree driver"):
        machine = lab.stock_booted(functions=2)
    product = Product(machine)
    before = _facts(product, lab.kernel)
    with _chapter("2. The MachineConfig is delivered by the real Ignition engine, the (fixture) modules are staged under /opt"):
        lab.deliver(machine)
        lab.stage(machine)
        lab.deliver_sfptpd_conf(machine)
    with _chapter("3. The node reboots, and its network is late: the ports get their addresses after the boot"):
        machine.reboot()
        machine.check(ADDRESSES)
    with _chapter("4. sfptpd takes the clock over from chronyd as soon as it has a port"):
        machine.wait_until("systemctl is-active --quiet sfptpd")
        machine.check("systemctl start onload-node-refresh.service")
    after = _facts(product, lab.kernel)
    _show(machine, "systemctl status --no-pager --lines=0 onload-node")
    _show(machine, "onload-node status")
    _show(machine, "onload-node plan")
    _print_table(before, after)
    status = product.status()
    print(f"\nThe node is {status['state']}.", flush=True)
    return status["state"] == "active" and status["time"]["active"]


def _facts(product, kernel):
    """What the node is, as rows of (what, value)."""
    staged = product.staged_build_ids(kernel)
    in_tree = {"sfc": product.in_tree_build_id(kernel)}
    rows = [(f"module {module}", _module(product.loaded_build_id(module), staged[module], in_tree.get(module))) for module in STAGED_MODULES]
    rows += [(f"port {address}", name) for address, name in sorted(product.interfaces().items())]
    keepers = [unit for unit in ("chronyd", "sfptpd") if product.unit(f"{unit}.service", "ActiveState") == ["active"]]
    rows += [("clock daemon", " ".join(keepers) or "none"), ("chronyd.service", product.is_enabled("chronyd.service"))]
    return rows


def _module(loaded, staged, in_tree):
    if not loaded:
        return "-"
    origin = "out-of-tree" if loaded == staged else "in-tree" if loaded == in_tree else "of nobody we know"
    return f"{origin}, build {loaded[:12]}"


def _print_table(before, after):
    print(f"\n{'':22}{'before':34}after")
    for (what, old), (_, new) in zip(before, after):
        print(f"{what:22}{old:34}{new}")


def _show(machine, command):
    print(f"\n# {command}")
    print(machine.run(command).stdout.rstrip(), flush=True)


class _chapter:
    """A heading, and how long it took."""

    def __init__(self, title):
        self._title = title

    def __enter__(self):
        print(f"\n== {self._title}", flush=True)
        self._start = time.monotonic()

    def __exit__(self, *_):
        note(f"{time.monotonic() - self._start:.0f} s")
