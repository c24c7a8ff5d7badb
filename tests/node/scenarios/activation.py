# SPDX-License-Identifier: BSD-2-Clause
"""A node with two in-tree ports comes up on the staged driver and Onload, with its names and one clock daemon."""

import json

from harness import check, expect_equal, note
from harness.product import BINARY, DEVICES, STAGED_MODULES, Product

CONFIGURATION = """
[names]
policy = "sequential"
[driver.parameters]
sfc = { rss_cpus = "cores" }
onload = { cplane_init_timeout = 20 }
"""


def the_in_tree_driver_is_there_first(product, lab):
    expect_equal("before: coldplug has bound the in-tree driver",
                 product.loaded_build_id("sfc"), product.in_tree_build_id(lab.kernel))
    expect_equal("before: its ports have its names", product.names(), ["ens8f0", "ens8f1"])


def the_unit_has_done_its_work(product):
    expect_equal("the unit is active", product.unit("onload-node.service", "ActiveState", "SubState"), ["active", "exited"])
    expect_equal("it exits with 0", product.exit_status(), 0)
    # sfptpd starts after the unit, and what systemctl shows follows it without anybody asking.
    story = "active: sfc 5.3.16 + onload 8.1.2 on 2 ports (sf0 sf1), sfptpd keeps time"
    product.machine.wait_until(f"systemctl show onload-node.service -p Description | grep -qF '{story}'")
    expect_equal("systemctl status tells the story", product.unit("onload-node.service", "Description", "StatusText"), [story, ""])


def the_staged_modules_are_in_the_kernel(product, lab):
    staged = product.staged_build_ids(lab.kernel)
    for module in STAGED_MODULES:
        expect_equal(f"the kernel has the staged {module}, by build-id", product.loaded_build_id(module), staged[module])
        check(f"the kernel calls {module} out of tree", product.out_of_tree(module))
    expect_equal("sfc has the default parameter", product.parameter("sfc", "performance_profile"), "latency")
    expect_equal("sfc has the configured parameter", product.parameter("sfc", "rss_cpus"), "cores")
    expect_equal("onload has the configured parameter", product.parameter("onload", "cplane_init_timeout"), "20")
    expect_equal("onload knows its control plane server",
                 product.parameter("onload", "cplane_server_path"), "/usr/local/sbin/onload_cp_server")
    modes = product.machine.check("stat -c '%n %a' " + " ".join(DEVICES)).splitlines()
    expect_equal("Onload's devices are there for everybody", modes, [f"{device} 666" for device in DEVICES])


def the_ports_have_their_names(product):
    expect_equal("the ports are named as configured",
                 product.interfaces(), {"0000:00:08.0": "sf0", "0000:00:08.1": "sf1"})
    check("udev autoloads drivers again",
          not product.machine.run("ls /run/udev/rules.d/70-onload-node.rules").ok)


def sfptpd_keeps_the_time(product):
    expect_equal("chronyd is held back, and not masked any more", product.is_enabled("chronyd.service"), "enabled")
    check("chronyd was never started in this boot", product.never_started("chronyd.service"))
    check("nothing is called chronyd", not product.machine.run("pgrep -x chronyd").ok)
    expect_equal("sfptpd runs", product.unit("sfptpd.service", "ActiveState")[0], "active")


def status_says_so(product, lab):
    status = product.status()
    expect_equal("status --json: state", (status["schema"], status["state"], status["reason_code"]), (1, "active", "as-wanted"))
    expect_equal("status --json: modules",
                 [(m["name"], m["origin"]) for m in status["modules"] if m["name"] in STAGED_MODULES],
                 sorted((module, "out-of-tree") for module in STAGED_MODULES))
    check("status --json: the digests of what was loaded", all(len(m["sha256"]) == 64 for m in status["modules"]), status["modules"])
    expect_equal("status --json: ports", [(n["pci"], n["interface"], n["driver"], n["subsystem_vendor"]) for n in status["nics"]],
                 [("0000:00:08.0", "sf0", "sfc", "0x1924"), ("0000:00:08.1", "sf1", "sfc", "0x1924")])
    expect_equal("status --json: clock", (status["time"]["active"], status["time"]["displaced"]), (True, ["chrony-wait.service", "chronyd.service"]))
    expect_equal("status --json: staged kernels", status["staged"], [lab.kernel])
    expect_equal("status.json was left for others", product.recorded_status()["state"], "active")
    expect_equal("status exits with 0", product.run("status").rc, 0)
    note(" ".join(f"{step}={ms}ms" for step, ms in status["timings_ms"].items()))


def timeline_says_where_the_time_went(product):
    """systemd's word for the unit, and our own for its steps, come to the same; the network comes after both."""
    timeline = json.loads(product.run("timeline --json").stdout)
    unit = timeline["unit"]
    phases = [step for step in timeline["steps"] if step["step"].startswith(("phase ", "look "))]
    expect_equal("timeline: the unit is ours", unit["name"], "onload-node.service")
    check("timeline: what the unit did adds up to its time",
          abs(sum(phase["took_ms"] for phase in phases) - unit["took_ms"]) <= unit["took_ms"] // 4, timeline)
    check("timeline: the driver's phase has its steps", {"phase driver", "load sfc"} <= {step["step"] for step in timeline["steps"]}, timeline)
    before = timeline["network_pre"]
    check("timeline: network-pre.target comes after us, and waited for no longer than we took",
          before["reached_ms"] >= unit["begun_ms"] + unit["took_ms"] and 0 < before["delay_ms"] <= unit["took_ms"], timeline)
    units = [row["name"] for row in timeline["units"]]
    check("timeline: the neighbours are there", {"systemd-udevd.service", "sfptpd.service"} <= set(units), units)
    shown = product.machine.check(f"setpriv --reuid=65534 --clear-groups env LC_ALL=C {BINARY} timeline")
    check("timeline: others than root see it, and no line is longer than 100", "waited for onload-node alone" in shown
          and "phase driver" in shown and all(len(line) <= 100 for line in shown.splitlines()), shown)
    check("timeline: a closed pipe is no crash", "terminate" not in product.machine.run(f"{BINARY} timeline 2>&1 | head -1").stdout)


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    product.configure(CONFIGURATION)
    the_in_tree_driver_is_there_first(product, lab)
    machine.release()
    check("the boot completes without a failed unit", machine.wait_booted() == "running",
          machine.run("systemctl --failed; systemctl status -l --no-pager onload-node sfptpd").stdout)
    the_unit_has_done_its_work(product)
    the_staged_modules_are_in_the_kernel(product, lab)
    the_ports_have_their_names(product)
    sfptpd_keeps_the_time(product)
    status_says_so(product, lab)
    timeline_says_where_the_time_went(product)
