# SPDX-License-Identifier: BSD-2-Clause
"""A kernel that refuses every sfc (module_blacklist=) is told from a broken driver, by name, and does not hold up the boot."""

import time

from harness import check, expect_equal, note
from harness.exit_status import IN_TREE
from harness.product import Product

# Half of what the unit may take at all: a wait for what never comes is longer.
LIMIT = 300


def scenario(lab):
    machine = lab.parked(functions=2, kernel_arguments=["module_blacklist=nouveau,sfc"])
    product = Product(machine)
    expect_equal("before: no port has a driver", product.names(), [])
    started = time.monotonic()
    machine.release()
    machine.wait_until("! systemctl is-active onload-node | grep -q activating", LIMIT + 600)
    took = time.monotonic() - started
    note(f"the unit had ended after {took:.0f} s")
    check(f"the unit has ended within {LIMIT} s", took < LIMIT, f"{took:.0f} s")
    status = product.status()
    expect_equal("the state says that no port has a driver, and the code why", (status["state"], status["reason_code"]),
                 ("failed", "kernel-refuses"))
    check("the reason names the argument", "module_blacklist=" in status["reason"], status["reason"])
    checked = product.run("verify")
    check("verify says it, too", checked.rc == IN_TREE and "the kernel refuses every sfc" in checked.stdout, checked.stdout)
    check("chronyd keeps the clock", machine.wait_until("systemctl is-active --quiet chronyd"), machine.run("systemctl status chronyd").stdout)
