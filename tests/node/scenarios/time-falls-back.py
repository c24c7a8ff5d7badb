# SPDX-License-Identifier: BSD-2-Clause
"""When sfptpd cannot start, or dies for good later, chronyd keeps the clock again within 30 seconds and the status says so.

With --full, too: sfptpd missing, without its configuration, or in a pod."""

import time

from harness import check, expect_equal, note
from harness.product import Product

LIMIT = 30
FAIL = "/run/fixture-sfptpd-fail"
SFPTPD = "/usr/local/sbin/sfptpd"


def wait_active(machine, unit, seconds):
    """Waits until the unit is active; how long it took."""
    started = time.monotonic()
    machine.run(f"timeout {seconds + 5} bash -c 'until systemctl is-active --quiet {unit}; do sleep 0.3; done'", seconds + 10)
    return time.monotonic() - started


def seconds_without_a_clock(product):
    """From the final failure of sfptpd to the start of chronyd, by PID 1's own clock."""
    failed, = product.unit("sfptpd.service", "InactiveEnterTimestampMonotonic")
    started, = product.unit("chronyd.service", "ActiveEnterTimestampMonotonic")
    return (int(started) - int(failed)) / 1e6


def chronyd_keeps_the_clock(product, case):
    machine = product.machine
    expect_equal(f"{case}: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState")[0], "active")
    expect_equal(f"{case}: it is not masked any more", product.is_enabled("chronyd.service"), "enabled")
    machine.check("systemctl start onload-node-refresh.service")
    status = product.recorded_status()
    expect_equal(f"{case}: the status is degraded", (status["state"], status["reason_code"]), ("degraded", "time-daemon"))
    check(f"{case}: it names both daemons", "sfptpd.service is failed, chronyd.service keeps the clock" in status["reason"],
          status["reason"])
    expect_equal(f"{case}: status exits with 4", product.run("status").rc, 4)
    shown = machine.run("systemctl status --no-pager --lines=20 onload-node.service").stdout
    check(f"{case}: systemctl status tells it", "chronyd.service keeps the clock" in shown, shown)
    expect_equal(f"{case}: the out-of-tree driver stays", product.names(), ["ens8f0", "ens8f1"])
    check(f"{case}: and nothing more is to be done", product.run("plan").rc == 0, product.run("plan").stdout)


def dies_for_good_later(product):
    machine = product.machine
    expect_equal("sfptpd keeps the clock first", product.unit("sfptpd.service", "ActiveState")[0], "active")
    check("and the status has been brought up to date by itself", "sfptpd keeps time" in product.recorded_status()["sentence"],
          product.recorded_status()["sentence"])
    machine.write(FAIL, "5\n")
    machine.check("pkill -KILL -x sfptpd")
    took = wait_active(machine, "chronyd.service", LIMIT)
    note(f"chronyd ran again {took:.1f} s after sfptpd was killed")
    check(f"dies later: chronyd runs again within {LIMIT} s", took <= LIMIT, f"{took:.1f} s")
    chronyd_keeps_the_clock(product, "dies later")


def mended_it_takes_over_again(product):
    machine = product.machine
    machine.check(f"rm {FAIL}; systemctl reset-failed sfptpd.service")
    expect_equal("mended: apply makes the node active", product.run("apply").rc, 0)
    wait_active(machine, "sfptpd.service", LIMIT)
    expect_equal("mended: sfptpd keeps the clock", product.unit("sfptpd.service", "ActiveState")[0], "active")
    expect_equal("mended: chronyd does not", product.unit("chronyd.service", "ActiveState")[0], "inactive")
    machine.check("rm -f /run/onload-node/sfptpd-keeps-time; systemctl unmask --runtime chronyd.service; systemctl start chronyd.service")
    status = product.status()
    expect_equal("chronyd behind our back: the status is degraded", (status["state"], status["reason_code"]), ("degraded", "time-daemon"))
    check("chronyd behind our back: it is said", "chronyd.service runs beside sfptpd.service" in status["reason"], status["reason"])


def cannot_start_at_boot(product, case, breakage):
    machine = product.machine
    machine.loadvm("parked")
    machine.check(breakage)
    machine.release()
    machine.wait_booted()
    wait_active(machine, "chronyd.service", LIMIT)
    gap = seconds_without_a_clock(product)
    note(f"{case}: {gap:.1f} s from the last failure to chronyd")
    check(f"{case}: chronyd runs within {LIMIT} s", gap <= LIMIT, f"{gap:.1f} s")
    chronyd_keeps_the_clock(product, case)


def sfptpd_in_a_pod(product):
    machine = product.machine
    machine.loadvm("parked")
    product.configure('[time]\ndaemon = ""\n')
    machine.release()
    machine.wait_booted()
    expect_equal("in a pod: chronyd is masked and does not run",
                 (product.is_enabled("chronyd.service"), product.unit("chronyd.service", "ActiveState")[0]), ("masked-runtime", "inactive"))
    expect_equal("in a pod: no sfptpd of ours runs", product.unit("sfptpd.service", "ActiveState")[0], "inactive")
    check("in a pod: the status names the gap", "no clock daemon of this node" in product.recorded_status()["sentence"],
          product.recorded_status()["sentence"])


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    machine.release()
    machine.wait_booted()
    dies_for_good_later(product)
    mended_it_takes_over_again(product)
    cannot_start_at_boot(product, "fails at boot", f"echo 16 >{FAIL}")
    if lab.full:
        cannot_start_at_boot(product, "missing", f"mv {SFPTPD} {SFPTPD}.away")
        cannot_start_at_boot(product, "no configuration", "mv /etc/sfptpd.conf /etc/sfptpd.conf.away")
        sfptpd_in_a_pod(product)
