# SPDX-License-Identifier: BSD-2-Clause
"""On a node with many ports every one is found, bound and named, at every boot.

8 ports in one boot by default; 64, the most that a node may have here, in ten boots with --full."""

from harness import check, expect_equal, note, tried
from harness.product import Product
from harness.qemu import pci_address

# 64 functions on two emulated processors: the limits are for hardware.
LIMITS = '[limits]\nunload = "60s"\nprobe = "120s"\n'


def names(ports):
    return {pci_address(n): f"ens{8 + n // 8}f{n % 8}" for n in range(ports)}


def all_are_named(product, case, ports):
    status = product.recorded_status()
    expect_equal(f"{case}: active", (status["state"], status["reason_code"]), ("active", "as-wanted"))
    check(f"{case}: on the staged driver", product.out_of_tree("sfc"))
    expect_equal(f"{case}: {ports} ports, {ports} names", product.interfaces(), names(ports))
    expect_equal(f"{case}: {ports} ports in the status", sum(nic["driver"] == "sfc" for nic in status["nics"]), ports)
    note(f"{case}: " + " ".join(f"{step}={ms}ms" for step, ms in status["timings_ms"].items() if step.startswith("phase") or "await" in step))


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(LIMITS)
    machine.check("sync")
    machine.power_cut()
    ports, boots = (64, 10) if lab.full else (8, 1)
    tried(f"{ports} ports, {boots} boots")
    for boot in range(boots):
        machine.restart(functions=ports, park=False)
        machine.wait_booted(timeout=600)
        all_are_named(product, f"boot {boot + 1}", ports)
    expect_equal("a second apply has nothing to do", product.run("plan").rc, 0)
