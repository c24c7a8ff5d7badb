# SPDX-License-Identifier: BSD-2-Clause
"""A node of the pool without a Solarflare card is left as it is."""

import json

from harness import check, expect_equal
from harness.product import Product


def scenario(lab):
    machine = lab.delivered(functions=0)
    product = Product(machine)
    check("the boot completes without a failed unit", machine.wait_booted() == "running", machine.run("systemctl --failed").stdout)
    expect_equal("the unit exits with 0", product.exit_status(), 0)
    status = product.status()
    expect_equal("the state is idle", (status["state"], status["reason_code"]), ("idle", "no-nic"))
    expect_equal("systemctl status says so", product.unit("onload-node.service", "Description")[0],
                 "idle: no Solarflare network function that is free for us")
    check("no driver was loaded", not machine.run("ls -d /sys/module/sfc /sys/module/onload").ok)
    expect_equal("chronyd keeps the clock",
                 (product.unit("chronyd.service", "ActiveState")[0], product.is_enabled("chronyd.service")), ("active", "enabled"))
    expect_equal("sfptpd was not started", product.unit("sfptpd.service", "ActiveState")[0], "inactive")
    expect_equal("the plan is empty", product.run("plan").rc, 0)
    nics = product.run("nics")
    expect_equal("nics says so", (nics.rc, nics.stdout), (0, "no Solarflare network function on this machine\n"))
    expect_equal("nics --json lists none", json.loads(product.run("nics --json").stdout), {"schema": 1, "nics": []})
    check("no name was written", not machine.run("ls /run/systemd/network/71-onload-node-*").ok)
