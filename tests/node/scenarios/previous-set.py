# SPDX-License-Identifier: BSD-2-Clause
"""A set that fails a node gives way to the one that was confirmed before, as a whole, and is not tried again until it is staged anew.

A driver that panics costs the boots that the guard allows; one that does not load costs none: the set before is tried in the same boot.
The same holds where the driver loads and Onload does not. Modules, user libraries, control plane server and sfptpd are of one set always.
Parameters are part of what was confirmed: new ones that fail give way to those, and no file is touched. Without a set before, or where it is not
whole, the node is on the in-tree driver and says why."""

from harness import check, expect_equal, timed
from harness.exit_status import DEGRADED
from harness.marked_sets import letters_in_place, sets, stage
from harness.product import GUARD
from harness.staging import StagingNode

SOON = '[guard]\nsettle = "1s"\n[limits]\nprobe = "4s"\n'
SETS = "/opt/onload-node/sets"


def is_whole(node, lab, case, letter):
    """Everything on the disk is of that set, and so is the driver in the kernel."""
    expect_equal(f"{case}: libraries, server and sfptpd are of {letter}", letters_in_place(node), {letter})
    expect_equal(f"{case}: the driver in the kernel is the staged one", node.loaded_build_id("sfc"), node.staged_build_ids(lab.kernel)["sfc"])
    # By `current`, as what a container gets.
    spec = node.machine.read(node.status()["cdi"]["spec"]).decode()
    folder = node.current_libraries()
    check(f"{case}: containers are offered the current libraries", f"/opt/onload/{folder}/" in spec, spec)


def on_the_set_before(node, lab, case, failed, *words):
    status = node.recorded_status()
    expect_equal(f"{case}: degraded, for another set runs", (status["state"], status["reason_code"], node.exit_status()), ("degraded", "previous-set", DEGRADED))
    check(f"{case}: the reason has which, why, and the way out", all(word in status["reason"] for word in (*words, "onload-node reset")), status["reason"])
    is_whole(node, lab, case, "a")
    listed = sets(node)
    a, b = listed["a"], listed["b"]
    expect_equal(f"{case}: trees has A in place and running, and confirmed", (a["in_place"], a["running"], a["confirmed"] != ""), (True, True, True))
    expect_equal(f"{case}: and B kept, wanted, and counted", (b["in_place"], b["running"], b["wanted"], b["failed"]), (False, False, True, failed))
    expect_equal(f"{case}: sfptpd keeps the clock", node.machine.run("systemctl is-active sfptpd").stdout.strip(), "active")


def on_the_in_tree_driver(node, lab, case, code, *words):
    status = node.recorded_status()
    expect_equal(f"{case}: in-tree", (status["state"], status["reason_code"]), ("in-tree", code))
    check(f"{case}: the reason says why", all(word in status["reason"] for word in words), status["reason"])
    expect_equal(f"{case}: the in-tree driver is in the kernel", node.loaded_build_id("sfc"), node.in_tree_build_id(lab.kernel))
    expect_equal(f"{case}: the ports have their names", node.names(), ["ens8f0", "ens8f1"])


def confirmed(node, lab):
    """A boots and proves good; the moment to which every case returns."""
    node.configure(SOON)
    stage(node, lab, "a")
    node.machine.reboot()
    status = node.recorded_status()
    expect_equal("A is active", status["state"], "active")
    check("A is confirmed", node.becomes_confirmed(), node.machine.run(f"cat {GUARD}").stdout)
    is_whole(node, lab, "A", "a")
    listed = sets(node)
    expect_equal("trees lists it, in place and running", [(key, each["in_place"], each["running"]) for key, each in listed.items()], [("a", True, True)])
    check("and when it was confirmed", node.machine.wait_until(f"onload-node trees | grep -q 'set .*confirmed 20'"), node.run("trees").stdout)
    node.machine.check("sync")
    node.machine.savevm("a")


def reboot_through_two_deaths(machine):
    """Into the boot that comes after those that the guard allows."""
    machine.check("systemctl --no-block reboot")
    machine.wait_next_boot()
    for death in ("first", "second"):
        with timed(f"until the {death} reset"):
            machine.wait_next_boot()
    machine.wait_booted()


def a_driver_that_panics(node, lab):
    machine = node.machine
    stage(node, lab, "b", lab.faulty_driver("PROBE_PANICS"))
    expect_equal("B is for the next boot, A is kept", {key: each["in_place"] for key, each in sets(node).items()}, {"a": False, "b": True})
    reboot_through_two_deaths(machine)
    on_the_set_before(node, lab, "panics", 2, "2 boots died")
    check("panics: A is confirmed again", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    machine.reboot()
    on_the_set_before(node, lab, "panics, a boot later", 2, "2 boots died")
    check("panics, a boot later: B was not touched", "putting the set" not in node.journal(), node.journal())
    stage(node, lab, "b", lab.faulty_driver("PROBE_PANICS"))
    expect_equal("staged again it begins anew", (sets(node)["b"]["in_place"], sets(node)["b"]["failed"]), (True, 0))
    done = node.stage("--use previous")
    check("a person takes A back without a registry", done.rc == 0 and "in place: the set" in done.stdout, done)
    expect_equal("and B is kept in turn", {key: (each["in_place"], each["wanted"]) for key, each in sets(node).items()},
                 {"a": (True, True), "b": (False, False)})
    expect_equal("A runs, and nothing else is wanted", node.status()["reason_code"], "as-wanted")


def a_driver_that_does_not_load(node, lab):
    machine = node.machine
    machine.loadvm("a")
    stage(node, lab, "b", lab.faulty_driver("INIT_FAILS"))
    machine.reboot()
    on_the_set_before(node, lab, "init fails", 1, "failed once", "sfc")
    check("init fails: A is confirmed again", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    machine.reboot()
    on_the_set_before(node, lab, "init fails again", 2, "failed 2 times")
    check("init fails again: B was tried a second time", node.journal().count("putting the set") == 2, node.journal())
    if lab.full:
        machine.reboot()
        on_the_set_before(node, lab, "init has failed twice", 2, "failed 2 times")
        check("init has failed twice: B was not touched", "putting the set" not in node.journal(), node.journal())


def an_onload_that_does_not_load(node, lab):
    """The driver of the same set is good: the swap is from one out-of-tree driver to the other."""
    machine = node.machine
    machine.loadvm("a")
    sfc = lab.faulty_driver("ONLOAD_FAILS")
    stage(node, lab, "b", sfc, sfc.with_name("onload.ko"))
    node.configure(SOON.replace("[guard]", "[guard]\nprevious = false"))
    machine.check("sync")
    machine.reboot()
    status = node.recorded_status()
    expect_equal("no set before allowed: the driver stays in, without Onload", (status["state"], status["reason_code"]), ("degraded", "onload-missing"))
    check("no set before allowed: the boot is good", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    expect_equal("no set before allowed: the set is none to go back to", sets(node)["b"]["confirmed"], "")
    node.configure(SOON)
    machine.check("sync")
    machine.reboot()
    on_the_set_before(node, lab, "Onload fails", 1, "failed once", "onload.ko")
    expect_equal("Onload fails: that of A is in the kernel", node.loaded_build_id("onload"), node.staged_build_ids(lab.kernel)["onload"])
    expect_equal("Onload fails: the ports have their names", node.names(), ["ens8f0", "ens8f1"])
    check("Onload fails: A is confirmed again", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)


def on_the_parameters_before(node, lab, case, failed, *words):
    status = node.recorded_status()
    expect_equal(f"{case}: degraded, for other parameters are used", (status["state"], status["reason_code"]), ("degraded", "previous-set"))
    check(f"{case}: the reason has which, why, and the way out", all(word in status["reason"] for word in (*words, "driver.parameters", "onload-node reset")), status["reason"])
    is_whole(node, lab, case, "a")
    expect_equal(f"{case}: the driver has those that were confirmed", node.machine.check("cat /sys/module/sfc/parameters/fixture_fault").strip(), "0")
    a = sets(node)["a"]
    expect_equal(f"{case}: trees has them, and how often the others failed", (a["parameters"]["sfc"], a["failed_parameters"], a["failed"]),
                 ({"performance_profile": "latency"}, failed, 0))


def parameters_that_fail(node, lab):
    """By the configuration alone: the files stay those that were confirmed."""
    machine = node.machine
    machine.loadvm("a")
    faulty = '[driver.parameters.sfc]\nperformance_profile = "latency"\nfixture_fault = "{}"\n'
    node.configure(SOON + faulty.format(1))
    machine.check("sync")
    machine.reboot()
    on_the_parameters_before(node, lab, "parameters", 1, "failed once", "fixture_fault=1")
    check("parameters: the boot is confirmed", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    if not lab.full:
        return
    node.configure(SOON + faulty.format(4))
    machine.check("sync")
    reboot_through_two_deaths(machine)
    on_the_parameters_before(node, lab, "parameters that panic", 2, "2 boots died", "fixture_fault=4")
    check("parameters that panic: the boot is confirmed", node.becomes_confirmed(), machine.run(f"cat {GUARD}").stdout)
    machine.reboot()
    on_the_parameters_before(node, lab, "a boot later", 2, "2 boots died")
    node.configure(SOON)
    machine.check("sync")
    machine.reboot()
    expect_equal("corrected: active", node.recorded_status()["state"], "active")


def a_set_before_that_is_not_whole(node, lab):
    machine = node.machine
    machine.loadvm("a")
    stage(node, lab, "b", lab.faulty_driver("INIT_FAILS"))
    a = sets(node)["a"]["digest"]
    machine.check(f"rm {SETS}/{lab.kernel}/{a}/usr/local/sbin/sfptpd")
    refused = node.stage(f"--use {a[:12]}")
    check("not whole: a person is told, too", refused.rc == 1 and "is not whole" in refused.stderr, refused)
    machine.reboot()
    on_the_in_tree_driver(node, lab, "not whole", "undone", "was not put in place", "is not whole")
    expect_equal("not whole: nothing of it was put in place", sets(node)["b"]["in_place"], True)


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    confirmed(node, lab)
    a_driver_that_panics(node, lab)
    a_driver_that_does_not_load(node, lab)
    an_onload_that_does_not_load(node, lab)
    parameters_that_fail(node, lab)
    a_set_before_that_is_not_whole(node, lab)
