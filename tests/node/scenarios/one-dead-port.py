# SPDX-License-Identifier: BSD-2-Clause
"""A port that no driver takes keeps the others from nothing: they are activated, it is named, the boot counts as good.

Nor does the way back wait for it. With --full, too: a port that only the staged driver takes."""

from harness import check, expect_equal
from harness.exit_status import DEGRADED
from harness.product import GUARD, Product

PROBE_SECONDS = 300
SOON = f'[guard]\nsettle = "1s"\n[limits]\nprobe = "{PROBE_SECONDS}s"\n'
# PROBE_FAILS of drivers/fixture_fault.h.
PARAMETER = '[driver.parameters]\nsfc = { fixture_fault = "2" }\n'


def boot(lab, product, toml, staged=None):
    """Boots with a second port that the in-tree driver refuses; how long the unit took."""
    machine = product.machine
    machine.loadvm("parked")
    machine.push(lab.faulty_driver("PROBE_FAILS", flavour="in-tree"), f"/lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko")
    machine.check("modprobe -r sfc && modprobe sfc; udevadm settle --timeout=180")
    if staged:
        machine.push(staged, f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    product.configure(SOON + toml)
    machine.release()
    took = product.seconds_to_end(900)
    machine.wait_booted()
    return took


def neither_driver_takes_it(lab, product):
    took = boot(lab, product, PARAMETER)
    status = product.status()
    expect_equal("dead port: the rest is activated, the node degraded", (status["state"], status["reason_code"], product.exit_status()),
                 ("degraded", "no-driver", DEGRADED))
    check("dead port: it is named", "0000:00:08.1" in status["reason"], status["reason"])
    expect_equal("dead port: the other has its name", product.names(), ["ens8f0"])
    expect_equal("dead port: sfptpd keeps the clock", product.unit("sfptpd.service", "ActiveState"), ["active"])
    # A wait for the dead port would take limits.probe, in each direction.
    check(f"dead port: nothing waits for it ({took:.0f} s)", took < PROBE_SECONDS, f"{took:.0f} s")
    check("dead port: the boot is confirmed", product.becomes_confirmed(), product.machine.run(f"cat {GUARD}").stdout)
    plan = product.run("plan")
    check("dead port: no step is left, and plan does not take the node for a good one", plan.rc == 0 and
          plan.stdout.startswith("no step would help: the node is degraded\nrefused: no-driver: ") and "0000:00:08.1" in plan.stdout, plan.stdout)


def the_way_back(lab, product):
    took = boot(lab, product, "", lab.faulty_driver("INIT_FAILS"))
    check(f"way back: nobody waits for the dead port ({took:.0f} s)", took < PROBE_SECONDS, f"{took:.0f} s")
    expect_equal("way back: the other has its in-tree driver and its name", (product.out_of_tree("sfc"), product.names()), (False, ["ens8f0"]))
    expect_equal("way back: chronyd keeps the clock", product.unit("chronyd.service", "ActiveState"), ["active"])


def only_the_staged_driver_takes_it(lab, product):
    boot(lab, product, "")
    status = product.status()
    expect_equal("only staged: active", (status["state"], status["reason_code"]), ("active", "as-wanted"))
    expect_equal("only staged: both ports", len(product.names()), 2)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    machine.savevm("parked")
    neither_driver_takes_it(lab, product)
    the_way_back(lab, product)
    if lab.full:
        only_the_staged_driver_takes_it(lab, product)
