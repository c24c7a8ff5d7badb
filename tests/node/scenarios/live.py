# SPDX-License-Identifier: BSD-2-Clause
"""A swap while the node runs is as safe as one at boot: it is confirmed, it is taken back when it is cut short, and neither Ctrl-C
nor the end of the terminal cuts it short.

That `then = "now"` of [stage] goes this way is shown by `image-to-driver`."""

from harness import check, expect_equal
from harness.product import GUARD, Product

SOON = '[guard]\nsettle = "1s"\n'
# PROBE_SLEEPS of drivers/fixture_fault.h: the swap takes a while, in which something can happen to it.
SLOW = SOON + '[driver.parameters]\nsfc = { fixture_fault = "3", fixture_seconds = "4" }\n'


def under_way(machine):
    """The in-tree driver has gone, the staged one is there and has no port yet."""
    return machine.wait_until("test -e /sys/module/sfc && test -s /run/onload-node/undo.toml && "
                               "! test -e /sys/bus/pci/devices/0000:00:08.0/net && ! test -e /sys/bus/pci/devices/0000:00:08.1/net")


def in_order(product, case, out_of_tree):
    machine = product.machine
    expect_equal(f"{case}: the driver", product.out_of_tree("sfc"), out_of_tree)
    expect_equal(f"{case}: both ports have their names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal(f"{case}: the autoload rule is gone", machine.run("ls /run/udev/rules.d/*onload-node*").stdout, "")


def by_hand(lab, product):
    machine = product.machine
    machine.push(lab.another_build(), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    expect_equal("by hand: another build is swapped in", product.run("apply --live").rc, 0)
    expect_equal("by hand: it is in the kernel", product.loaded_build_id("sfc"), product.staged_build_ids(lab.kernel)["sfc"])
    check("by hand: it is confirmed", product.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)


def cut_short(product):
    machine = product.machine
    product.configure(SLOW)
    machine.run("systemctl start --no-block onload-node-live.service")
    check("killed: in the middle of it", under_way(machine), product.journal())
    machine.run("systemctl kill --signal=KILL --kill-whom=main onload-node-live.service")
    ended = machine.wait_until("systemctl is-failed --quiet onload-node-live.service")
    check("killed: the unit takes back what was begun", ended, machine.run("systemctl status onload-node-live").stdout)
    in_order(product, "killed", False)
    check("killed: no attempt is left in the guard", not machine.run(f"test -e {GUARD}").ok, machine.run(f"cat {GUARD}").stdout)
    keepers = machine.run("systemctl is-active sfptpd.service chronyd.service").stdout.split()
    expect_equal("killed: one daemon keeps the clock, the one that had it", keepers, ["active", "inactive"])


def from_a_terminal(product):
    machine = product.machine
    machine.run("setsid bash -c 'onload-node apply --live >/run/live.log 2>&1; echo $? >/run/live.rc' </dev/null >/dev/null 2>&1 &")
    check("terminal: in the middle of it", under_way(machine), product.journal())
    machine.check("for sent in INT HUP; do pkill -$sent -f '^onload-node apply --live'; done")
    check("terminal: it goes on to its end", machine.wait_until("test -s /run/live.rc"), product.journal())
    expect_equal("terminal: and works", machine.read_if_there("/run/live.rc"), b"0\n")
    in_order(product, "terminal", True)
    check("terminal: it is confirmed", product.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)


def scenario(lab):
    product = Product(lab.booted(functions=2))
    product.configure(SOON)
    by_hand(lab, product)
    cut_short(product)
    from_a_terminal(product)
