# SPDX-License-Identifier: BSD-2-Clause
"""What systemd shows of a node is true at any time: systemctl status, the list of (failed) units, status, plan and journalctl -x tell
one story, soon after whatever happens to the node.

A good boot is short in the journal, and its steps are found by their fields."""

import json

from harness import check, expect_equal, note, paths
from harness.product import SEQUENTIAL, Product
from harness.staging import StagingNode
from harness.views import changed, explained, list_units, now, one_look, one_story, systemctl_status

FAIL = "/run/fixture-sfptpd-fail"
CATALOGUE = "/usr/local/lib/systemd/catalog/onload-node.catalog"
MOST_LINES = 20
SOON = 2  # seconds, beside what a look costs on this machine


def soon_after(product, case, words, began, look):
    took = changed(product, words, began)
    check(f"{case}: systemd shows it within {SOON} s and a look", took < SOON + 3 * look, f"{took} s, a look takes {look} s")


# --- a good boot

def a_good_boot_is_short(product):
    machine = product.machine
    lines = machine.check("journalctl -b -u onload-node.service -p info --no-pager -o short").splitlines()
    note(f"a good boot has {len(lines)} lines")
    # Said once guard.settle has passed, which on a slow machine may be now.
    lines = [line for line in lines if "this boot is confirmed as good" not in line]
    check(f"a good boot has at most {MOST_LINES} lines, systemd's own too", 3 <= len(lines) <= MOST_LINES, "\n".join(lines))
    check("its last line is the sentence, with the time that it took", "active: sfc " in lines[-1] and "sfptpd keeps time; apply took " in lines[-1]
          and lines[-1].endswith(" ms"), lines[-1])
    expect_equal("no line is there twice", len({line.partition("]: ")[2] for line in lines}), len(lines))
    check("nothing is said of labels that nobody asked for", not any("no node labels" in line for line in lines), "\n".join(lines))


def entries(machine, match):
    return [json.loads(line) for line in machine.check(f"journalctl -b -o json --no-pager {match}").splitlines()]


def steps_are_found_by_their_fields(product):
    machine = product.machine
    loaded = entries(machine, "ONLOAD_NODE_MODULE=onload ONLOAD_NODE_PHASE=onload")
    check("a module's steps are found by its name, at debug level, with their time",
          any("ONLOAD_NODE_DURATION_MS" in entry for entry in loaded) and {entry["PRIORITY"] for entry in loaded} == {"7"}, loaded)
    check("a port's by its address", entries(machine, "ONLOAD_NODE_PCI=0000:00:08.1") != [])
    check("and by its name", entries(machine, "ONLOAD_NODE_INTERFACE=sf1") != [])
    verdict = entries(machine, "ONLOAD_NODE_REASON=as-wanted")
    check("the sentence by its reason", verdict and verdict[-1]["MESSAGE"].startswith("active: "), verdict)
    check("journalctl -x explains it", "Subject: the reason as-wanted" in explained(product, "as-wanted"), explained(product, "as-wanted"))


def nothing_is_repeated(product):
    before = len(product.journal().splitlines())
    for _ in range(3):
        product.machine.check("systemctl start onload-node-refresh.service")
    expect_equal("looks that find nothing new say nothing", len(product.journal().splitlines()), before)


def a_good_boot(machine, product):
    product.configure(SEQUENTIAL)
    machine.release()
    machine.wait_booted()
    changed(product, "sfptpd keeps time", now(product))
    machine.wait_until(f"journalctl --list-catalog 2>/dev/null | grep -q onload-node && test -e {CATALOGUE}")
    a_good_boot_is_short(product)
    steps_are_found_by_their_fields(product)
    nothing_is_repeated(product)
    expect_equal("healthy: systemctl status begins with the sentence", systemctl_status(product), product.status()["sentence"])
    expect_equal("healthy: no step is left over as a status", product.unit("onload-node.service", "StatusText"), [""])
    expect_equal("healthy: it is not among the failed units", list_units(product, failed=True), "")


# --- what happens later

def watch(machine):
    """`status --watch` of somebody who is not root, into a file; and one whose reader goes away."""
    as_nobody = "setpriv --reuid 65534 --clear-groups onload-node status --watch"
    machine.check(f"({as_nobody} >/run/watched 2>&1 & echo $! >/run/watcher); ({as_nobody} | head -n 1 >/run/first; echo ended >/run/closed) & true")


def what_was_watched(machine):
    seen = machine.read("/run/watched").decode()
    check("status --watch: has shown both, without being asked", "sfptpd keeps time" in seen and "chronyd.service keeps the clock" in seen, seen)
    check("status --watch: ends when nobody reads any more", machine.wait_until("test -s /run/closed"), machine.run("ps -ef | grep watch").stdout)
    check("status --watch: runs until it is ended", machine.run("kill $(cat /run/watcher)").ok)


def sfptpd_dies_later(product):
    machine = product.machine
    look = one_look(product)
    watch(machine)
    machine.wait_until("grep -q 'sfptpd keeps time' /run/watched")
    machine.write(FAIL, "")
    machine.check("pkill -KILL -x sfptpd")
    machine.wait_until("systemctl is-active --quiet chronyd.service")
    soon_after(product, "sfptpd dies", "chronyd.service keeps the clock", now(product), look)
    one_story(product, "sfptpd dies", "degraded", "time-daemon", "sfptpd.service is failed, chronyd.service keeps the clock")
    machine.wait_until("grep -q 'chronyd.service keeps the clock' /run/watched")
    what_was_watched(machine)
    # As the advice has it.
    machine.check(f"rm {FAIL} && systemctl reset-failed sfptpd && onload-node apply")
    machine.wait_until("systemctl is-active --quiet sfptpd.service")
    soon_after(product, "mended", "sfptpd keeps time", now(product), look)
    expect_equal("mended: systemctl status begins with the sentence", systemctl_status(product), product.status()["sentence"])


def a_staging_finishes(lab):
    node = StagingNode.delivered(lab, functions=2, name="unstaged")
    machine = node.machine
    machine.check("systemctl start onload-node-catalog.service; systemctl start onload-node.service; true")
    machine.wait_until("journalctl --list-catalog 2>/dev/null | grep -q onload-node")
    one_story(node, "nothing staged", "in-tree", "no-tree", f"nothing is staged for kernel {lab.kernel}")
    look = one_look(node)
    machine.push(paths.STAGED, "/srv/image/opt")
    done = node.stage("/srv/image")
    began = now(node)
    check("it is staged", done.rc == 0, done)
    # None of the ports is up on this node, so nothing has to wait for a reboot.
    soon_after(node, "staged", "in-tree: the out-of-tree driver is staged", began, look)
    one_story(node, "staged", "in-tree", "pending-apply", "the out-of-tree driver is staged but apply has not run")


def the_guard_trips(lab, machine, product):
    machine.loadvm("parked")
    machine.push(lab.faulty_driver("PROBE_PANICS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    machine.check("sync")
    for _ in range(2):
        machine.release()
        machine.wait_next_boot()
        machine.park()
    machine.release()
    machine.wait_booted()
    machine.wait_until("journalctl --list-catalog 2>/dev/null | grep -q onload-node")
    one_story(product, "the guard trips", "in-tree", "guard", "2 boots died")


def scenario(lab):
    machine = lab.parked(functions=2)
    product = Product(machine)
    a_good_boot(machine, product)
    sfptpd_dies_later(product)
    the_guard_trips(lab, machine, product)
    machine.discard()
    a_staging_finishes(lab)
