# SPDX-License-Identifier: BSD-2-Clause
"""A boot with a wrong configuration changes nothing on the node; nor does one with a missing tree, nor a missing right.

Two wrong configurations are booted; with --full all of those of `bad-config`, and none at all."""

from harness import check, expect_equal, tried
from harness.broken_configurations import ALSO_BOOTED, BROKEN
from harness.exit_status import HAS_STEPS, IN_TREE, OK
from harness.product import Product


def boot_on(product):
    product.machine.release()
    product.machine.wait_booted()


def nothing_was_touched(product, lab, case):
    expect_equal(f"{case}: the in-tree driver stays", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal(f"{case}: the names stay", product.names(), ["ens8f0", "ens8f1"])
    expect_equal(f"{case}: chronyd keeps the clock",
                 (product.unit("chronyd.service", "ActiveState")[0], product.is_enabled("chronyd.service")), ("active", "enabled"))


def refused(product, lab, case, position, hint):
    boot_on(product)
    result, exit_status, text = product.unit("onload-node.service", "ActiveState", "ExecMainStatus", "Description")
    expect_equal(f"{case}: the unit fails with 78", (result, exit_status), ("failed", "78"))
    check(f"{case}: systemctl status says where", f"configuration: {position}" in text, text)
    check(f"{case}: the journal says what is meant", hint in product.journal(), product.journal())
    status = product.recorded_status()
    expect_equal(f"{case}: the status is in-tree, config", (status["state"], status["reason_code"]), ("in-tree", "config"))
    left = [path for path in product.left_behind() if path.startswith("/run/") and not path.startswith("/run/onload-node/")]
    left += [path for path in product.left_behind() if path.endswith("sfptpd-keeps-time")]
    expect_equal(f"{case}: nothing was written for udev or systemd", left, [])
    nothing_was_touched(product, lab, case)


def without_a_configuration_the_defaults_hold(product):
    product.machine.check("rm /etc/onload-node/config.toml")
    boot_on(product)
    expect_equal("no configuration: the node is active", (product.status()["state"], product.exit_status()), ("active", 0))


def without_a_tree_the_in_tree_driver_stays(product, lab):
    product.machine.check(f"mv /opt/lib/modules/{lab.kernel} /opt/lib/modules/5.14.0-284.el9.x86_64")
    boot_on(product)
    expect_equal("no tree: the unit fails as in-tree",
                 product.unit("onload-node.service", "ActiveState", "ExecMainStatus"), ["failed", str(IN_TREE)])
    reason = product.recorded_status()["reason"]
    check("no tree: the reason names the kernel and what is staged",
          lab.kernel in reason and "staged: 5.14.0-284.el9.x86_64" in reason, reason)
    expect_equal("no tree: the code", product.recorded_status()["reason_code"], "no-tree")
    nothing_was_touched(product, lab, "no tree")


def without_the_right_it_says_so(product):
    as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups /usr/local/bin/onload-node"
    apply = product.machine.run(f"{as_nobody} apply")
    check("not root: apply is refused", apply.rc == 1 and "must run as root" in apply.stderr, apply.stderr)
    status = product.machine.run(f"{as_nobody} status")
    check("not root: status still tells what it can see", status.rc == IN_TREE and "in-tree" in status.stdout, status.stdout + status.stderr)
    plan = product.machine.run(f"{as_nobody} plan")
    check("not root: so does plan", plan.rc in (OK, HAS_STEPS) and "nothing is staged" in plan.stdout, plan.stdout + plan.stderr)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    cases = BROKEN if lab.full else ALSO_BOOTED
    tried(f"{len(cases)} of {len(BROKEN)} wrong configurations")
    for case in cases:
        toml, position, hint = BROKEN[case]
        machine.loadvm("parked")
        product.configure(toml)
        refused(product, lab, case, position, hint)
    if lab.full:
        machine.loadvm("parked")
        without_a_configuration_the_defaults_hold(product)
    machine.loadvm("parked")
    without_a_tree_the_in_tree_driver_stays(product, lab)
    without_the_right_it_says_so(product)
