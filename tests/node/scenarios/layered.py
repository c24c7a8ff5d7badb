# SPDX-License-Identifier: BSD-2-Clause
"""The RPM does for a node what the MachineConfig does; with --full, too: 99-chronyd keeps chronyd off for as long as it is there.

Both are deliveries beside the usual one, and share the boots then. The RPM is made of the release build and unpacked into
the node, which has no rpm; its scriptlet runs there."""

import json

from harness import check, expect_equal
from harness.machine_config import deliver, undeliver
from harness.product import Product
from harness.rpm_package import rpm_package

BINARY = "/usr/bin/onload-node"


def chronyd(product):
    """Whether it runs, and how it is enabled."""
    return product.unit("chronyd.service", "ActiveState")[0], product.is_enabled("chronyd.service")


def status(machine):
    return json.loads(machine.run(f"{BINARY} status --json").stdout)


def nothing_happens_yet(product, lab):
    expect_equal("installing the RPM swaps nothing", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    for unit in ("onload-node.service", "onload-node-confirm.service"):
        expect_equal(f"it enables {unit}", product.is_enabled(unit), "enabled")
        check(f"and does not start {unit}", product.never_started(unit))


def without_chronyd(machine, product):
    expect_equal("with 99-chronyd chronyd is off", chronyd(product), ("inactive", "disabled"))
    waiting = machine.run("systemctl start chrony-wait.service")
    check("and what required it does not start it", waiting.ok and chronyd(product) == ("inactive", "disabled"), waiting)
    check("somebody who wants it can", machine.run("systemctl start chronyd.service").ok)


def not_yet_staged_and_without_chronyd(machine, product):
    machine.reboot()
    without_chronyd(machine, product)
    told = status(machine)
    check("without staged modules the node stays on its in-tree driver and says so", told["state"] == "in-tree" and told["reason"], told)


def active_by_rpm(machine, product, lab):
    expect_equal("the node of the RPM is active", status(machine)["state"], "active")
    expect_equal("on the staged modules", product.loaded_build_id("sfc"), product.staged_build_ids(lab.kernel)["sfc"])
    expect_equal("its ports have their names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal("sfptpd keeps the clock", product.unit("sfptpd.service", "ActiveState"), ["active"])
    expect_equal("the boot is watched by the unit of the RPM", product.unit("onload-node-confirm.service", "ActiveState", "FragmentPath"),
                 ["active", "/lib/systemd/system/onload-node-confirm.service"])


def scenario(lab):
    files, scriptlet = rpm_package(lab)
    machine = lab.stock_booted(functions=2)
    product = Product(machine)
    without = lab.machine_config.with_name("99-worker-chronyd-4.12.yaml")
    if lab.full:
        deliver(machine, without)
    machine.push(files, "/")
    machine.check("sh -s 1", stdin=scriptlet)
    nothing_happens_yet(product, lab)
    if lab.full:
        not_yet_staged_and_without_chronyd(machine, product)
        undeliver(machine, without)
    lab.stage(machine)
    machine.reboot()
    active_by_rpm(machine, product, lab)
    expect_equal("without 99-chronyd chronyd is displaced as ever", chronyd(product), ("inactive", "enabled"))
