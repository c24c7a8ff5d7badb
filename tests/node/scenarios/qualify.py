# SPDX-License-Identifier: BSD-2-Clause
"""packaging/qualify tries on a drained node what nobody has tried, goes on over its reboot, and leaves its report and nothing else.

What needs a cluster, real cards or a person says here why it is not applicable; what a node has, passes. A node that is not drained,
or on which Onload is in use, is not touched. `oc` is a stand-in here that gives fixed answers."""

import json
import subprocess

from harness import check, expect_equal
from harness.errors import MachineReset
from harness.file_list import differences, file_list
from harness.paths import PROJECT
from harness.product import Product

FOLDER = "/root/qualification"
KUBELET = "/var/lib/kubelet/kubeconfig"
REFUSED, UNFINISHED = 3, 2
# Of this node: sfptpd's fixture is its rival's as the real one is, and the rest is onload-node's own.
PASSES = {"two-sfptpd", "revert", "boot", "names"}
OC = """#!/bin/sh
case "$*" in
    "debug --quiet node/canary-0 -- chroot /host "*) shift 6; exec "$@";;
    *unschedulable*) cat /root/oc/unschedulable;;
    *status.phase=Running*) cat /root/oc/pods;;
    *) exit 1;;
esac
"""


def qualify(machine, arguments="", timeout=300):
    return machine.run(f"/root/qualify {arguments} </dev/null", timeout)


def listed():
    done = subprocess.run([PROJECT / "packaging/qualify", "--list"], capture_output=True, text=True, timeout=60, check=True)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def is_refused(machine, what, words):
    done = qualify(machine, f"--yes {FOLDER}")
    check(f"{what}: refused, and why", done.rc == REFUSED and words in done.stderr, done)
    check(f"{what}: and nothing was made", not machine.run(f"test -e {FOLDER}").ok)


def in_use(machine):
    """Not cordoned, pods of somebody, Onload in use, a cluster that does not answer."""
    machine.write("/usr/local/bin/oc", OC, 0o755)
    machine.check(f"mkdir -p /root/oc {KUBELET.rpartition('/')[0]} && touch {KUBELET}; echo true >/root/oc/unschedulable; : >/root/oc/pods")
    machine.check("printf false >/root/oc/unschedulable")
    is_refused(machine, "a node that is not cordoned", "oc adm drain")
    machine.check("printf true >/root/oc/unschedulable; printf 'dns/d-1 DaemonSet\\nkube/etcd Node\\nuser/trader-1 ReplicaSet\\nuser/lone \\n' >/root/oc/pods")
    is_refused(machine, "pods that a drain would have taken", "user/trader-1 user/lone")
    machine.check("printf 'dns/d-1 DaemonSet\\nkube/etcd Node\\ndefault/node-debug-x1 \\n' >/root/oc/pods; mv /root/oc/unschedulable /root/oc/gone")
    is_refused(machine, "a cluster that does not answer", "does not say whether")
    machine.check("mv /root/oc/gone /root/oc/unschedulable; systemd-run --quiet --unit=user-of-onload sh -c 'exec 7</dev/onload; exec sleep 600'")
    machine.wait_until("find /proc/[0-9]*/fd -lname /dev/onload | grep -q .")
    is_refused(machine, "a process that has Onload open", "have /dev/onload open: sleep")
    machine.check("systemctl stop user-of-onload.service")


def nothing_without_being_told(machine, product):
    plan = qualify(machine, f"--dry-run {FOLDER}")
    check("a dry run shows each check", plan.rc == 0 and all(f"# {name} (" in plan.stdout for name in listed()), plan)
    check("and does nothing", not machine.run(f"test -e {FOLDER}").ok)
    done = qualify(machine, FOLDER)
    check("not told --yes it looks, and stops before it takes anything away", done.rc == UNFINISHED and "was not agreed to" in done.stderr, done)
    expect_equal("the node is as it was", product.status()["state"], "active")


def over_its_reboot(machine):
    before = machine.boot_id
    try:
        done = qualify(machine, f"--yes {FOLDER}")
        check("told --yes it goes on and reboots", done.rc == UNFINISHED, done)
    except MachineReset:
        pass
    machine.wait_next_boot()
    machine.wait_booted()
    check("the node has rebooted", machine.boot_id != before)
    done = qualify(machine, f"--yes {FOLDER}")
    expect_equal("the same command goes on and comes to its end", (done.rc, done.stdout.splitlines()[-1:]), (0, [f"{FOLDER}/report.txt"]))


def report_is_whole(machine):
    report = json.loads(machine.read(f"{FOLDER}/report.json"))
    items = {item["name"]: item for item in report["items"]}
    expect_equal("the report has every check, in order", [item["name"] for item in report["items"]], listed())
    expect_equal("what this node has, passes", {name for name, item in items.items() if item["status"] == "pass"}, PASSES)
    rest = [item for name, item in items.items() if name not in PASSES]
    expect_equal("the rest is not applicable", {item["status"] for item in rest}, {"not applicable"})
    check("each with its reason", all(len(item["evidence"]) > 9 for item in rest), rest)
    expect_equal("the counts are those", (report["pass"], report["fail"], report["not_applicable"]), (len(PASSES), 0, len(rest)))
    text = machine.read(f"{FOLDER}/report.txt").decode()
    check("the text says the same", all(f"\n{name}: {item['status']} (" in text and item["evidence"] in text for name, item in items.items()), text)


def from_elsewhere_and_broken(machine):
    """By `oc debug node/NAME`, from where oc is; a program lacks a library, as one from another system would."""
    machine.check("sed 's/libmnl.so.0/libmnX.so.0/g' \"$(command -v ethtool)\" >/usr/local/sbin/onload_stackdump && chmod 755 /usr/local/sbin/onload_stackdump")
    done = qualify(machine, "--node canary-0 --yes --without-reboot /root/again")
    report = json.loads(machine.read("/root/again/report.json"))
    with_status = {status: [item["name"] for item in report["items"] if item["status"] == status] for status in ("pass", "fail")}
    expect_equal("asked from elsewhere, the same passes; a program without its library fails, and the whole with it", (done.rc, with_status),
                 (1, {"pass": ["two-sfptpd"], "fail": ["stackdump"]}))
    rest = [item for item in report["items"] if item["status"] == "not applicable"]
    check("and the rest says why it is not applicable", len(rest) == len(report["items"]) - 2 and all(len(item["evidence"]) > 9 for item in rest), report)
    reasons = {item["evidence"] for item in rest if item["name"] in ("revert", "boot", "names")}
    expect_equal("--without-reboot says so", reasons, {"told to do without a reboot"})
    machine.check("rm -r /root/again /usr/local/sbin/onload_stackdump")


def one_alone(machine):
    done = qualify(machine, "--check two-sfptpd")
    check("one check can be run alone", done.rc == 0 and "the second one ended with" in done.stdout, done)
    expect_equal("and one that is none is refused", qualify(machine, "--check names").rc, 64)


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    machine.push(PROJECT / "packaging/qualify", "/root/qualify")
    in_use(machine)
    before = file_list(machine)
    nothing_without_being_told(machine, product)
    over_its_reboot(machine)
    report_is_whole(machine)
    from_elsewhere_and_broken(machine)
    one_alone(machine)
    expect_equal("the node is active as before", product.status()["state"], "active")
    added, gone, _ = differences(before, file_list(machine))
    ours = [path for path in added if not path.startswith("/var/lib/onload-node/")]
    expect_equal("and nothing but the report is left", (ours, gone), ([f"{FOLDER}/report.json", f"{FOLDER}/report.txt"], []))
