# SPDX-License-Identifier: BSD-2-Clause
"""Applying to a node that is as configured changes nothing: no module, no file, no unit.

Such a node prints what is written in README.md."""

from harness import check, expect_equal
from harness.exit_status import HAS_STEPS
from harness.product import STAGED_MODULES, Product
from harness.transcripts import compared


def traces(machine):
    """What a change would leave: inodes and times of our files, of the modules' entries in sysfs, starts of the daemons.
    Not the lock: each apply holds it and writes its process number there."""
    modules = " ".join(f"/sys/module/{module}" for module in STAGED_MODULES)
    return machine.check(
        "find /run/onload-node /run/systemd/network /run/udev/rules.d /run/systemd/system -type f -o -type l | grep -v /lock$ | sort | "
        "xargs stat -c '%n %i %y'; "
        f"stat -c '%n %i' {modules}; cat /sys/module/sfc/sections/.text; "
        "systemctl show chronyd.service sfptpd.service -p ActiveEnterTimestampMonotonic,ExecMainStartTimestampMonotonic; "
        "stat -c '%n %i %Y' /sys/class/net/ens8f0/ /sys/class/net/ens8f1/; cat /sys/class/net/ens8f0/ifindex"
    )


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    expect_equal("the node is active", product.status()["state"], "active")

    machine.wait_until("systemctl show onload-node.service -p Description | grep -q 'sfptpd keeps time'")
    compared(machine, "README.md")
    plan = product.run("plan")
    expect_equal("the plan is empty", (plan.rc, plan.stdout), (0, "nothing to do: the node is as configured\n"))
    # At boot the status said "sfptpd starting"; the first apply after it brings the status file up to date.
    expect_equal("apply exits with 0", product.run("apply").rc, 0)
    before = traces(machine)
    again = product.run("apply")
    expect_equal("and so does the next", again.rc, 0)
    check("it says that all is as wanted", "active: sfc 5.3.16 + onload 8.1.2 on 2 ports (ens8f0 ens8f1), sfptpd keeps time"
          in again.stdout + again.stderr, again.stdout + again.stderr)
    expect_equal("no module was loaded, no file written, no daemon started", traces(machine), before)

    machine.check("systemctl restart onload-node.service")
    expect_equal("restarting the unit changes nothing either", traces(machine), before)
    expect_equal("and it exits with 0", product.exit_status(), 0)

    machine.check("rm /run/systemd/network/71-onload-node-0000:00:08.1.link")
    expect_equal("what is missing shows in the plan", product.run("plan").rc, HAS_STEPS)
    machine.check("/usr/local/bin/onload-node apply")
    expect_equal("and is put back", product.run("plan").rc, 0)
    check("with the driver untouched", traces(machine).split("/sys/module/sfc ")[1] == before.split("/sys/module/sfc ")[1],
          traces(machine))
