# SPDX-License-Identifier: BSD-2-Clause
"""Node labels appear with the state, change with it, and are gone after a clean shutdown and after the MachineConfig.

With --full, too: a shutdown with the MachineConfig in place, and a place for labels that is missing or read-only."""

from harness import check, expect_equal
from harness.machine_config import undeliver
from harness.product import Product

FOLDER = "/etc/kubernetes/node-feature-discovery/features.d"
FILE = f"{FOLDER}/onload-node"
PREFIX = "feature.node.kubernetes.io/onload-node."


def labels(machine):
    """The labels that NFD would read; {} when there is no file."""
    lines = machine.run(f"cat {FILE} 2>/dev/null").stdout.splitlines()
    return dict(line.removeprefix(PREFIX).split("=", 1) for line in lines if not line.startswith("#"))


ACTIVE = {"state": "active", "ready": "true", "sfc-version": "5.3.16.1004", "onload-version": "8.1.2.26"}


def appear_and_change(machine, product):
    machine.wait_booted()
    expect_equal("the labels of an active node", labels(machine), ACTIVE)
    check("they are written whole or not at all: no other file is beside them",
          machine.check(f"ls -A {FOLDER}") == "onload-node", machine.check(f"ls -A {FOLDER}"))
    machine.check("rmmod onload && udevadm settle && systemctl start onload-node-refresh.service")
    expect_equal("without onload the node is not ready", labels(machine),
                 {"state": "degraded", "ready": "false", "sfc-version": "5.3.16.1004"})
    check("the status file says the same", product.recorded_status()["reason_code"] == "onload-missing", product.recorded_status())
    machine.check("/usr/local/bin/onload-node apply")
    expect_equal("and is again after apply", labels(machine), ACTIVE)


def the_removal_of_a_module_is_seen(machine, product):
    machine.check("rmmod onload")
    machine.wait_until(f"grep -q ready=false {FILE}")
    expect_equal("nobody had to ask: udev has the status refreshed", labels(machine).get("ready"), "false")
    machine.check("/usr/local/bin/onload-node apply")


def follow_a_fallback(machine, product):
    machine.loadvm("parked")
    machine.check("rm -r /opt/lib/modules")
    machine.release()
    machine.wait_booted()
    expect_equal("a node that fell back says so", labels(machine), {"state": "in-tree", "ready": "false"})


def go_on_without_a_place(machine, product):
    machine.loadvm("parked")
    machine.check(f"rm -r {FOLDER}")
    machine.release()
    machine.wait_booted()
    expect_equal("no label directory: the node is active all the same", product.status()["state"], "active")
    check("no label directory: nothing is said of a cluster that does without", "no node labels" not in product.journal(), product.journal())
    product.configure("[publish]\nnfd = true\n")
    for _ in range(2):
        machine.check("/usr/local/bin/onload-node refresh")
    check("no label directory, and labels were asked for: it is said once",
          product.journal().count(f"no node labels: {FOLDER} is not there") == 1, product.journal())
    check("no label directory: we do not make it", not machine.run(f"test -e {FOLDER}").ok)


def go_on_with_a_place_that_is_read_only(machine, product):
    machine.loadvm("parked")
    machine.check(f"mount -t tmpfs -o ro none {FOLDER}")
    machine.release()
    machine.wait_booted()
    expect_equal("read-only label directory: the node is active all the same", product.status()["state"], "active")
    check("read-only label directory: it is said", "no node labels: " in product.journal(), product.journal())


def are_gone_after_a_shutdown(machine):
    machine.restart(kernel_arguments=["systemd.mask=onload-node.service"])
    machine.wait_booted()
    expect_equal("a clean shutdown has removed them", labels(machine), {})
    machine.restart(kernel_arguments=[])
    machine.wait_booted()
    expect_equal("they are there again", labels(machine), ACTIVE)


def are_gone_after_the_removal(machine, lab):
    undeliver(machine, lab.machine_config)
    machine.check("systemctl daemon-reload")
    expect_equal("with our files deleted they are still there", labels(machine), ACTIVE)
    machine.reboot()
    expect_equal("after the reboot they are gone", labels(machine), {})
    check("and so is their file", not machine.run(f"test -e {FILE}").ok)


def scenario(lab):
    machine = lab.parked(functions=2)
    machine.check(f"mkdir -p {FOLDER}")
    machine.savevm("parked")
    product = Product(machine)
    machine.release()
    appear_and_change(machine, product)
    the_removal_of_a_module_is_seen(machine, product)
    follow_a_fallback(machine, product)
    if lab.full:
        go_on_without_a_place(machine, product)
        go_on_with_a_place_that_is_read_only(machine, product)
    machine.power_cut()
    booted = lab.booted(functions=2, name="booted")
    booted.check(f"mkdir -p {FOLDER}")
    booted.wait_until(f"test -s {FILE}")
    expect_equal("their place appears long after the boot: they are there", labels(booted), ACTIVE)
    if lab.full:
        are_gone_after_a_shutdown(booted)
    are_gone_after_the_removal(booted, lab)
