# SPDX-License-Identifier: BSD-2-Clause
"""Two kernel arguments are the way out: onload_node=off leaves a stock node, onload_node=plan (with --full) only tells the plan."""

from harness import check, expect_equal
from harness.product import Product


def stock(product, lab, argument):
    machine = product.machine
    check(f"{argument}: the boot completes without a failed unit", machine.wait_booted() == "running",
          machine.run("systemctl --failed").stdout)
    expect_equal(f"{argument}: the in-tree driver carries the ports",
                 product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal(f"{argument}: with their own names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal(f"{argument}: chronyd keeps the clock",
                 (product.unit("chronyd.service", "ActiveState")[0], product.is_enabled("chronyd.service")), ("active", "enabled"))
    expect_equal(f"{argument}: the state is off", (product.status()["state"], product.exit_status()), ("off", 0))
    left = [path for path in product.left_behind() if path.startswith("/run/") and not path.startswith("/run/onload-node/")]
    left += [path for path in product.left_behind() if path.endswith("sfptpd-keeps-time")]
    expect_equal(f"{argument}: nothing was written for udev or systemd", left, [])


def scenario(lab):
    machine = lab.delivered(functions=2, kernel_arguments=["onload_node=off"])
    product = Product(machine)
    stock(product, lab, "off")
    expect_equal("off: there is no plan", product.run("plan").rc, 0)
    if lab.full:
        machine.restart(kernel_arguments=["onload_node=plan"])
        the_plan_is_told(product, lab)


def the_plan_is_told(product, lab):
    stock(product, lab, "plan")
    journal = product.journal()
    check("plan: the journal has the steps and their reasons",
          "unload sfc" in journal and "because: the staged driver takes its place" in journal, journal)
