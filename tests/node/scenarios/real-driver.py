# SPDX-License-Identifier: BSD-2-Clause
"""Debian's real in-tree sfc gives way to the same driver built out of tree, and comes back.

No card here that it would claim; the mechanics of the modules are the true ones: mtd and mdio, signature, size, parameters."""

from harness import check, expect_equal, note, timed
from harness.product import Product

CONFIGURATION = """
[driver]
activate = "always"
load = ["sfc"]
[time]
daemon = ""
displace = []
"""
HELPERS = ("mtd", "mdio")


def install_the_real_drivers(lab, product):
    """Debian's binary where it belongs, the build from its source under /opt, no fixture module left in either tree."""
    machine = product.machine
    machine.check("rmmod sfc 2>/dev/null; "
                  f"install -m 644 /lib/modules-fixture/real/sfc.ko /lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko && "
                  f"depmod {lab.kernel} && rm -r /opt/lib/modules/{lab.kernel}")
    lab.stage(machine, lab.real_driver_tree())
    product.configure(CONFIGURATION)


def builds(product, lab):
    in_tree, staged = product.in_tree_build_id(lab.kernel), product.staged_build_ids(lab.kernel)["sfc"]
    check("the two builds of the real driver have different build-ids", in_tree and staged and in_tree != staged, (in_tree, staged))
    note(f"in-tree {in_tree[:12]}, staged {staged[:12]}")
    return in_tree, staged


def only_sfc_is_staged(machine, kernel):
    files = machine.check(f"find /opt/lib/modules/{kernel} -name '*.ko*' -printf '%f '").split()
    expect_equal("mtd and mdio are not staged", files, ["sfc.ko"])


def the_staged_build_is_in(product, case, staged):
    machine = product.machine
    boot = machine.wait_booted()
    check(f"{case}: the boot completes without a failed unit", boot == "running",
          machine.run("systemctl --failed; systemctl status -l --no-pager onload-node").stdout)
    expect_equal(f"{case}: active, exit 0", (product.recorded_status()["state"], product.exit_status()), ("active", 0))
    expect_equal(f"{case}: the kernel has the staged build", product.loaded_build_id("sfc"), staged)
    check(f"{case}: and calls it out of tree", product.out_of_tree("sfc"))
    expect_equal(f"{case}: with the version it was given", machine.check("cat /sys/module/sfc/version"), "staged-by-test")
    for helper in HELPERS:
        expect_equal(f"{case}: it uses {helper}", machine.check(f"ls /sys/module/{helper}/holders").split(), ["sfc"])
        check(f"{case}: and {helper} is the kernel's own", not product.out_of_tree(helper))
    check(f"{case}: the kernel ignores the parameter that only the Onload build has",
          "sfc: unknown parameter 'performance_profile' ignored" in machine.check("dmesg"), machine.check("dmesg | tail -n 20"))
    expect_equal(f"{case}: chronyd is not displaced", product.unit("chronyd.service", "ActiveState"), ["active"])
    modules = {m["name"]: (m["origin"], m["build_id"]) for m in product.status()["modules"]}
    expect_equal(f"{case}: status --json says so", modules.get("sfc"), ("out-of-tree", staged))


def the_in_tree_build_comes_back(product, in_tree):
    with timed("revert --live"):
        output = product.run("revert --live")
    check("revert --live succeeds", output.rc == 0, output.stdout + output.stderr)
    expect_equal("the kernel has Debian's build again", product.loaded_build_id("sfc"), in_tree)
    check("and calls it its own", not product.out_of_tree("sfc"))


def scenario(lab):
    machine = lab.parked(functions=0)
    product = Product(machine)
    install_the_real_drivers(lab, product)
    in_tree, staged = builds(product, lab)
    only_sfc_is_staged(machine, lab.kernel)
    if lab.full:
        machine.savevm("parked")

    machine.check("modprobe sfc")
    expect_equal("before: the real in-tree driver is loaded", product.loaded_build_id("sfc"), in_tree)
    expect_equal("before: and holds mtd and mdio",
                 [machine.check(f"ls /sys/module/{helper}/holders") for helper in HELPERS], ["sfc", "sfc"])
    machine.release()
    the_staged_build_is_in(product, "swapped", staged)
    the_in_tree_build_comes_back(product, in_tree)

    if lab.full:
        machine.loadvm("parked")
        machine.check("! grep -E '^(sfc|mtd|mdio) ' /proc/modules")
        machine.release()
        the_staged_build_is_in(product, "from nothing", staged)
