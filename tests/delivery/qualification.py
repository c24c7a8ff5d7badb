# SPDX-License-Identifier: BSD-2-Clause
"""What packaging/qualify does where it is not run as it should be, is interrupted, or meets a node that is not as it hopes: with a stand-in
for `oc`, and a node that is a folder. The scenario `qualify` has a booted node."""

import json
import os
import pty
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from cases import ROOT

QUALIFY = ROOT / "packaging/qualify"
REFUSED, UNFINISHED, USAGE = 3, 2, 64
PATIENCE = 120
NOBODY = 65534
OC = r"""#!/bin/bash
# Stands in for oc: a node's part is run here, with its programs beside.
here=$(dirname "$0")
[[ ! -e $here/gone ]] || { echo "error: no such host" >&2; exit 1; }
case "$*" in
    "debug --quiet node/"*)
        echo "$*" >>"$here/asked"
        # A node goes down a while after it was told to, and comes up on its driver.
        if [[ -s $here/goes-down ]]; then
            left=$(<"$here/goes-down")
            if ((left > 0)); then echo $((left - 1)) >"$here/goes-down"
            else : >"$here/goes-down"; echo active >"$here/state"; echo "boot-$RANDOM$RANDOM" >"$here/boot_id"; fi
        fi
        script=${*: -1}
        PATH=$here:$PATH bash -c "${script//\/proc\/sys\/kernel\/random\/boot_id/$here/boot_id}" ;;
    *unschedulable*) printf true ;;
    *status.phase=Running*) ;;
    "apply "*) ;;
    *) exit 1 ;;
esac
"""
PROGRAM = r"""#!/bin/bash
here=$(dirname "$0")
case "$*" in
    --version) echo "onload-node 1.0" ;;
    "status --json") printf ' "state" : "%s",\n "time" : {\n  "displaced" : [%s]\n }\n' "$(<"$here/state")" "$(<"$here/displaced")" ;;
    status) cat "$here/state" ;;
    "nics --json") printf ' "pci" : "0000:3b:00.0",\n "interface" : "ens1f0",\n' ;;
    "revert --live") echo revert >>"$here/done"; echo in-tree >"$here/state" ;;
    "verify"*) ;;
esac
"""
SYSTEMCTL = r"""#!/bin/bash
here=$(dirname "$0")
[[ ! -e $here/hangs && ($1 != is-system-running || ! -e $here/boot-hangs) ]] || { echo $$ >>"$here/hanging"; exec sleep 300; }
case "$*" in
    "is-active "*chronyd*) [[ $(<"$here/chronyd") == active ]] ;;
    *) exit 1 ;;
esac
"""
REBOOT = r"""#!/bin/bash
here=$(dirname "$0")
echo reboot >>"$here/done"; echo 3 >"$here/goes-down"
"""
# A node asks for little time here.
SLEEP = '#!/bin/bash\n[[ $1 != 15 ]] || exit 0\nexec /bin/sleep "$@"\n'


class Canary:
    def __init__(self, folder):
        self.folder, self.report = Path(folder), Path(folder) / "report"
        for name, text in (("oc", OC), ("onload-node", PROGRAM), ("systemctl", SYSTEMCTL), ("systemd-run", REBOOT), ("sleep", SLEEP)):
            self.write(name, text)
            (self.folder / name).chmod(0o755)
        (self.folder / "tmp").mkdir(mode=0o777)
        for name, text in (("state", "active"), ("displaced", '"chronyd.service"'), ("chronyd", "active"), ("boot_id", "boot-0"), ("done", ""), ("asked", "")):
            self.write(name, text)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def environment(self):
        return os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "TMPDIR": str(self.folder / "tmp")}

    def qualify(self, *arguments, node="canary-0", **options):
        command = [QUALIFY, *(("--node", node) if node else ()), *map(str, arguments)]
        try:
            return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, env=self.environment, stdin=subprocess.DEVNULL, **options)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, None, "", f"not at its end after {PATIENCE} s")

    def statuses(self):
        items = json.loads((self.report / "report.json").read_text(encoding="utf-8"))["items"]
        return {item["name"]: item["status"] for item in items}


class Terminal:
    """qualify as somebody at a terminal runs it."""

    def __init__(self, canary, *arguments):
        self.said = ""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execve(QUALIFY, [str(QUALIFY), "--node", "canary-0", *map(str, arguments)], canary.environment)

    def wait_for(self, condition):
        """Reads what is said until the condition holds; False when that never comes."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if condition():
                return True
            if select.select([self._terminal], [], [], 0.1)[0]:
                try:
                    self.said += os.read(self._terminal, 4096).decode(errors="replace")
                except OSError:
                    return condition()
        return False

    def says(self, words):
        return self.wait_for(lambda: words in self.said)

    def answer(self, text):
        os.write(self._terminal, text.encode())

    def end(self):
        """Its exit status; -1 if it had to be killed."""
        deadline = time.monotonic() + PATIENCE
        self.wait_for(lambda: os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
        if time.monotonic() > deadline:
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self._terminal)
        return status


def alive(pid):
    """What has ended may wait for a parent that asks how."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text(encoding="utf-8")


def to_its_end(cases, canary):
    done = canary.qualify("--yes", canary.report)
    statuses = canary.statuses() if done.returncode == 0 else {}
    cases.equal("a canary that is as it should be: reverted, rebooted once, and passed",
                (done.returncode, canary.read("done").split(), [statuses.get(name) for name in ("revert", "boot", "names")]), (0, ["revert", "reboot"], ["pass"] * 3))
    cases.equal("and the report is all that is left", sorted(path.name for path in canary.report.iterdir()), ["report.json", "report.txt"])
    done = canary.qualify("--yes", canary.report)
    cases.check("run once more, it says that there is a report", done.returncode == USAGE and "has a report already" in done.stderr, done)


def rebooted_by_somebody_else(cases, canary):
    """Between the first question and the way back. Only a boot after that one shows anything."""
    done = canary.qualify(canary.report)
    cases.equal("without --yes it stops before the way back", (done.returncode, canary.read("done")), (UNFINISHED, ""))
    canary.write("boot_id", "boot-of-somebody")
    done = canary.qualify("--yes", canary.report)
    cases.equal("a node that has rebooted meanwhile is rebooted after the way back all the same",
                (done.returncode, canary.read("done").split(), canary.statuses().get("boot")), (0, ["revert", "reboot"], "pass"))


def reboot_not_agreed_to(cases, canary):
    terminal = Terminal(canary, canary.report)
    while terminal.wait_for(lambda: "which cuts its connections" in terminal.said or terminal.said.endswith("not applicable: ")):
        if "which cuts its connections" in terminal.said:
            break
        # What was seen is asked after it.
        terminal.said = ""
        terminal.answer("n\nnothing\n")
    terminal.answer("y\n")
    terminal.says("Reboot canary-0")
    terminal.answer("n\n")
    cases.equal("a reboot that nobody agrees to is not made", (terminal.end(), canary.read("done").split()), (UNFINISHED, ["revert"]))
    done = canary.qualify("--yes", canary.report)
    cases.equal("and made when the same is run with --yes, as was said", (done.returncode, canary.read("done").split()), (0, ["revert", "reboot"]))


def interrupted(cases, canary, hangs="hangs"):
    canary.write(hangs, "")
    terminal = Terminal(canary, "--yes", canary.report)
    terminal.wait_for(lambda: canary.read("hanging"))
    terminal.answer("\x03")
    status = terminal.end()
    hung = canary.read("hanging").split()
    time.sleep(1)
    cases.equal(f"{hangs}: Ctrl-C ends it, and what it was asking", (status, len(hung), [pid for pid in hung if alive(pid)]), (-signal.SIGINT, 1, []))
    (canary.folder / hangs).unlink()
    done = canary.qualify("--yes", canary.report)
    cases.equal(f"{hangs}: and the same command goes on", (done.returncode, set(canary.statuses().values())), (0, {"pass", "not applicable"}))


def interrupted_while_it_boots(cases, canary):
    """What is asked has a limit of its own here, in a group of its own if that is not prevented."""
    interrupted(cases, canary, "boot-hangs")


def interrupted_alone(cases, canary):
    canary.qualify("--check", "two-sfptpd")
    cases.equal("a check alone leaves nothing", list((canary.folder / "tmp").iterdir()), [])
    canary.write("hangs", "")
    terminal = Terminal(canary, "--check", "two-sfptpd")
    terminal.wait_for(lambda: canary.read("hanging"))
    terminal.answer("\x03")
    cases.equal("nor does one that is interrupted", (terminal.end(), list((canary.folder / "tmp").iterdir())), (-signal.SIGINT, []))


def two_at_a_time(cases, canary):
    canary.write("hangs", "")
    terminal = Terminal(canary, "--yes", canary.report)
    terminal.wait_for(lambda: canary.read("hanging"))
    done = canary.qualify("--yes", canary.report)
    cases.check("while one is at work on a folder, a second one is refused", done.returncode == USAGE and "at work" in done.stderr, done)
    terminal.answer("\x03")
    terminal.end()


def clock_is_somebody_elses(cases, canary):
    """As packaging/docs/clock.md has it beside the PTP operator: chronyd is disabled and not displaced."""
    canary.write("displaced", "")
    canary.write("chronyd", "inactive")
    done = canary.qualify("--yes", canary.report)
    cases.equal("where onload-node keeps chronyd from nothing, the way back does not ask for it", (done.returncode, canary.statuses().get("revert")), (0, "pass"))


def clock_is_lost(cases, canary):
    canary.write("chronyd", "inactive")
    done = canary.qualify("--yes", canary.report)
    cases.equal("where it does, a chronyd that stays away is a failure", (done.returncode, canary.statuses().get("revert")), (1, "fail"))


def another_node(cases, canary):
    canary.qualify(canary.report)
    done = canary.qualify("--yes", canary.report, node="canary-1")
    cases.check("a folder that was begun with another node is refused, by its name",
                (done.returncode, canary.read("done")) == (USAGE, "") and "canary-0" in done.stderr, done)


def no_place(cases, canary):
    for folder in ("/proc/self", "/proc/no-such-folder", str(canary.folder / "oc" / "below")):
        canary.write("asked", "")
        done = canary.qualify("--yes", folder)
        cases.check(f"{folder}: it cannot be written, one line says so, and nothing is done",
                    (done.returncode, canary.read("done"), len(done.stderr.splitlines())) == (1, "", 1) and folder in done.stderr, done)


def not_as_root(cases, canary):
    for path in (canary.folder, *canary.folder.iterdir()):
        path.chmod(0o777)
    done = canary.qualify("--yes", canary.report, node="", user=NOBODY)
    cases.check("on the node itself without being root: refused, and what to do", done.returncode == REFUSED and "root" in done.stderr and not canary.report.exists(), done)


def without_the_program(cases, canary):
    (canary.folder / "onload-node").unlink()
    done = canary.qualify("--yes", canary.report)
    cases.check("a node without onload-node is refused, not passed", done.returncode == REFUSED and "onload-node" in done.stderr and not canary.report.exists(), done)


def does_not_answer(cases, canary):
    canary.write("gone", "")
    done = canary.qualify("--yes", canary.report)
    cases.check("a node that does not answer is refused by that, not by what nobody asked it",
                done.returncode == REFUSED and "does not answer" in done.stderr and "no such host" in done.stderr and "stacks" not in done.stderr, done)


def everything(cases):
    for story in (to_its_end, rebooted_by_somebody_else, reboot_not_agreed_to, interrupted, interrupted_while_it_boots, interrupted_alone, two_at_a_time, clock_is_somebody_elses, clock_is_lost,
                  another_node, no_place, not_as_root, without_the_program, does_not_answer):
        with tempfile.TemporaryDirectory(prefix="onload-node-qualify.") as folder:
            story(cases, Canary(folder))
