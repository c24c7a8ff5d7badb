# SPDX-License-Identifier: BSD-2-Clause
"""What keeps the driver, or Onload, from working is named; whatever does not depend on it goes on.

The in-tree driver held by somebody else's module, kept away by other people's modprobe files; Onload's control plane server
missing. With --full, too: the in-tree driver in use, which `faults` always has, and a server that cannot be executed."""

from harness import check, expect_equal, paths
from harness.exit_status import DEGRADED, IN_TREE
from harness.product import STAGED_MODULES, Product

CONTROL_PLANE = "/usr/local/sbin/onload_cp_server"
OTHERS = "blacklist sfc\ninstall sfc /bin/false\noptions sfc rss_cpus=hyperthreads\n"


def boot_on(product):
    product.machine.release()
    product.machine.wait_booted()


def stays_in_tree(product, lab, case, code, *words):
    """In-tree by its exit status, the reason says who is in the way, and the node is what it would be without us."""
    expect_equal(f"{case}: the unit fails as in-tree",
                 product.unit("onload-node.service", "ActiveState", "ExecMainStatus"), ["failed", str(IN_TREE)])
    status = product.recorded_status()
    expect_equal(f"{case}: in-tree, and the code says why", (status["state"], status["reason_code"]), ("in-tree", code))
    check(f"{case}: the reason names {' and '.join(words)}", all(word in status["reason"] for word in words), status["reason"])
    expect_equal(f"{case}: the in-tree driver is in the kernel", product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal(f"{case}: the ports have their names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal(f"{case}: chronyd keeps the clock",
                 (product.unit("chronyd.service", "ActiveState")[0], product.is_enabled("chronyd.service")), ("active", "enabled"))
    check(f"{case}: udev autoloads drivers again", not product.machine.run("ls /run/udev/rules.d/70-onload-node.rules").ok)


def an_open_flash_device(product, lab):
    machine = product.machine
    machine.check("setsid sleep infinity </dev/mtd0ro >/dev/null 2>&1 & until [ $(readlink /proc/$!/fd/0) = /dev/mtd0ro ]; do sleep 0.1; done")
    boot_on(product)
    stays_in_tree(product, lab, "open flash device", "busy", "sfc is in use", "/dev/mtd")
    machine.check("pkill -x sleep")
    expect_equal("closed again: apply makes the node active", product.run("apply").rc, 0)
    expect_equal("closed again: the names are kept", product.names(), ["ens8f0", "ens8f1"])


def a_foreign_module(product, lab):
    machine = product.machine
    machine.push(paths.DRIVERS / "in-tree" / "sfc_watcher.ko", "/run/onload-node-test/sfc_watcher.ko")
    machine.check("insmod /run/onload-node-test/sfc_watcher.ko")
    loaded = machine.check("stat -c %i /sys/module/sfc")
    boot_on(product)
    stays_in_tree(product, lab, "foreign module", "busy", "sfc_watcher")
    expect_equal("foreign module: the in-tree driver was not even tried", machine.check("stat -c %i /sys/module/sfc"), loaded)
    check("foreign module: it is still there", machine.run("grep -q ^sfc_watcher /proc/modules").ok)


def modprobe_files_of_others(product, lab):
    machine = product.machine
    machine.write("/etc/modprobe.d/others.conf", OTHERS)
    machine.check("rmmod sfc && udevadm control --reload && udevadm trigger --action=add --subsystem-match=pci && "
                  "udevadm settle && ! grep ^sfc /proc/modules")
    boot_on(product)
    status = product.recorded_status()
    check("modprobe files: active, exit 0", (status["state"], product.exit_status()) == ("active", 0), product.journal())
    staged = product.staged_build_ids(lab.kernel)
    expect_equal("modprobe files: the kernel has the staged modules",
                 {module: product.loaded_build_id(module) for module in STAGED_MODULES}, staged)
    expect_equal("modprobe files: their options are not ours", product.parameter("sfc", "rss_cpus"), "cores")
    expect_equal("modprobe files: revert --live succeeds", product.run("revert --live").rc, 0)
    expect_equal("modprobe files: the in-tree driver comes back all the same",
                 product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))


def without_a_control_plane(product, lab, case, breakage, words):
    product.machine.check(breakage)
    boot_on(product)
    status = product.recorded_status()
    expect_equal(f"{case}: degraded, and the unit has not failed",
                 (status["state"], status["reason_code"], *product.unit("onload-node.service", "ActiveState", "ExecMainStatus")),
                 ("degraded", "control-plane", "active", str(DEGRADED)))
    check(f"{case}: the reason says what is wrong with it", f"{CONTROL_PLANE} {words}" in status["reason"], status["reason"])
    expect_equal(f"{case}: the driver is on all the same", product.loaded_build_id("sfc"), product.staged_build_ids(lab.kernel)["sfc"])
    expect_equal(f"{case}: and sfptpd keeps the clock", product.unit("sfptpd.service", "ActiveState"), ["active"])


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    cases = [a_foreign_module, modprobe_files_of_others]
    for case in [an_open_flash_device, *cases] if lab.full else cases:
        case(product, lab)
        machine.loadvm("parked")
    without_a_control_plane(product, lab, "no control plane server", f"mv {CONTROL_PLANE} {CONTROL_PLANE}.away", "is not there")
    if lab.full:
        machine.loadvm("parked")
        without_a_control_plane(product, lab, "not executable", f"chmod 644 {CONTROL_PLANE}", "cannot be executed")
