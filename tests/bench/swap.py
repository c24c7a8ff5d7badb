# SPDX-License-Identifier: BSD-2-Clause
"""How much longer the whole swap takes than what kernel and udev need for unload and load.

The same modules on the same node, by turns: rmmod, insmod and the wait for udev by hand; then `apply --live`, of which the
driver phase counts, and all of it. Emulated, so only the ratios mean anything."""

import statistics
import time

from harness.product import Product

ROUNDS = 5


def by_hand(machine, in_tree, staged):
    """Milliseconds in the node for what nobody can do without; the in-tree driver is back afterwards."""
    took = machine.check(
        f"start=$(date +%s%N); rmmod sfc && insmod {staged} && udevadm settle; end=$(date +%s%N); "
        f"rmmod sfc && insmod {in_tree} && udevadm settle; echo $(( (end - start) / 1000000 ))"
    )
    return int(took)


def by_apply(machine, product):
    started = time.monotonic()
    machine.check("onload-node apply --live")
    took = (time.monotonic() - started) * 1000
    phase = product.status()["timings_ms"]["phase driver"]
    machine.check("onload-node revert --live && udevadm settle")
    return phase, took


def bench(lab):
    machine = lab.delivered(functions=2, kernel_arguments=["systemd.mask=onload-node.service"])
    machine.wait_booted()
    product = Product(machine)
    modules = f"/lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko"
    staged = f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko"
    machine.check(f"modprobe mdio; modprobe mtd; ls {modules} {staged}")
    rows = [(by_hand(machine, modules, staged), *by_apply(machine, product)) for _ in range(ROUNDS)]
    hand, phase, whole = (statistics.median(column) for column in zip(*rows))
    print(f"{ROUNDS} rounds, medians: by hand {hand:.0f} ms, driver phase {phase:.0f} ms, whole apply {whole:.0f} ms")
    print(f"driver phase / by hand {phase / hand:.2f}, whole apply / by hand {whole / hand:.2f}")
