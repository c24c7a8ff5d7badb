# SPDX-License-Identifier: BSD-2-Clause
"""How much memory apply has resident at most, with the largest real modules that can be had here.

Debian's sfc in place of the kernel's own, and the same driver built from its source under /opt."""

from harness import paths
from harness.product import Product

CONFIGURATION = '[driver]\nactivate = "always"\nload = ["sfc"]\n[time]\ndaemon = ""\ndisplace = []\n'
PEAK = "/run/onload-node-test/peak_rss"


def bench(lab):
    machine = lab.delivered(functions=0, kernel_arguments=["systemd.mask=onload-node.service"])
    machine.wait_booted()
    product = Product(machine)
    in_tree = f"/lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko"
    machine.check(f"install -m 644 /lib/modules-fixture/real/sfc.ko {in_tree} && depmod {lab.kernel} && rm -r /opt/lib/modules")
    lab.stage(machine, lab.real_driver_tree())
    product.configure(CONFIGURATION)
    machine.push(paths.PROGRAMS / "peak_rss", PEAK)
    sizes = machine.check(f"stat -L -c %s {in_tree} /opt/lib/modules/{lab.kernel}/extra/sfc.ko").split()
    print(f"modules of {' and '.join(f'{int(size) / 1024:.0f} KiB' for size in sizes)}")
    machine.check("modprobe sfc")
    for command in ("apply", "apply", "status", "revert --live"):
        output = machine.check(f"{PEAK} onload-node {command}").splitlines()
        print(f"{command}: at most {int(output[-1]) / 1024:.1f} MiB resident")
