# SPDX-License-Identifier: BSD-2-Clause
"""What `upgrade-gate/check-pool` says of a pool, from a cluster that a stand-in for `oc` plays: nodes that are ready, that are not, that do
not answer, that have no card, and those of another pool. And that the Job runs it."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from cases import ROOT
from overlays import of_kind, pod_of

FOLDER = ROOT / "packaging/kubernetes/upgrade-gate"
RELEASE, KERNEL = "quay.example/dtk@sha256:12", "5.14.0-570.19.1.el9_6.x86_64+rt"
OC = r"""#!/bin/bash
# Stands in for oc. A node's part is run here, with its programs beside.
here=$(dirname "$0")
case "$*" in
    "get nodes -o "*) [[ -e $here/nodes ]] && cat "$here/nodes" ;;
    "debug "*)
        for word in "$@"; do [[ $word != node/* ]] || export NODE=${word#node/}; done
        echo "$NODE" >>"$here/asked"
        [[ $NODE != gone-* ]] || { echo "error: nodes \"$NODE\" is unreachable" >&2; exit 1; }
        # As oc does, it takes its pod away when it is told to end.
        [[ $NODE != hangs-* ]] || {
            touch "$here/pod-$NODE"
            trap 'sleep 1; rm "$here/pod-$NODE"; exit 1' INT TERM
            for _ in {1..1000}; do sleep 1; done
        }
        # The kernel has no memory left: all that asks this node is gone.
        [[ $NODE != lost-* ]] || { kill -KILL "$(ps -o ppid= "$PPID")" "$PPID"; exit 1; }
        "${@: -3}"
        # oc's own status says only that it is not 0.
        exit 1
        ;;
    *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
# A cluster in which the gate's Job is there already, as Complete; one that is made anew fails.
CLUSTER = r"""#!/bin/bash
job=$(dirname "$0")/job
case "$1 $2" in
    "delete job") rm -f "$job" ;;
    "apply -f") cat >/dev/null; [[ -e $job ]] && echo "unchanged" || echo Failed >"$job" ;;
    "get job") cat "$job" ;;
    "logs -n") echo "the table" ;;
    *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
CHROOT = '#!/bin/bash\nshift\nexec "$@"\n'
PROGRAM = """#!/bin/bash
echo "$@" >>"$(dirname "$0")/words"
[[ $NODE != bad-* ]] || { echo "FAILED         symbols            sfc.ko needs printk; build it again"; exit 9; }
[[ $NODE != odd-* ]] || { echo "onload-node: cannot pull: the registry does not answer" >&2; exit 1; }
echo "passed         kernel             K, of RELEASE"
"""


class Pool:
    def __init__(self, folder):
        self.folder = Path(folder)
        for name, text in (("oc", OC), ("chroot", CHROOT), ("onload-node", PROGRAM)):
            (self.folder / name).write_text(text, encoding="utf-8")
            (self.folder / name).chmod(0o755)

    def begin(self, nodes, *arguments, seconds=600):
        for name in ("asked", "words"):
            (self.folder / name).write_text("", encoding="utf-8")
        (self.folder / "nodes").write_text("".join(f"{line}\n" for line in nodes), encoding="utf-8")
        (self.folder / "scratch").mkdir(exist_ok=True)
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "CHECK_POOL_NODE_SECONDS": str(seconds), "TMPDIR": f"{self.folder}/scratch"}
        return subprocess.Popen([FOLDER / "check-pool", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    def ask(self, nodes, *arguments):
        # Only one that hangs is waited for in vain.
        seconds = 20 if any(line.startswith("hangs-") for line in nodes) else 600
        process = self.begin(nodes, *arguments, seconds=seconds)
        stdout, stderr = process.communicate(timeout=6000)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def pods(self):
        return list(self.folder.glob("pod-*"))

    def scratch(self):
        return list((self.folder / "scratch").iterdir())

    def lines(self, name):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()


NFD = "feature.node.kubernetes.io"
NO_CARD = f"{NFD}/kernel-version.full=5.14.0"
CARD = f"{NO_CARD},{NFD}/pci-1924.present=true"


def node(name, pool="worker", labels=CARD):
    """The line of check-pool's template, which `template` tries."""
    return f"{name} ,kubernetes.io/hostname={name},{labels}, rendered-{pool}-0123456789abcdef"


def verdicts(cases, pool):
    good = [node("a-1"), node("a-2"), node("b-1", pool="worker-cnf"), node("m-1", pool="master"), node("plain", labels=NO_CARD)]
    done = pool.ask(good, "worker", RELEASE, KERNEL)
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()[1:]}
    cases.equal("a pool whose nodes are ready: 0, and a row for each of its nodes, no other's",
                (done.returncode, rows), (0, {"a-1": "ready every check passed", "a-2": "ready every check passed", "plain": "no card not asked"}))
    cases.equal("who has no card is not asked", sorted(pool.lines("asked")), ["a-1", "a-2"])
    cases.equal("each is asked for that release and that kernel", set(pool.lines("words")), {f"verify --for-release {RELEASE} --kernel {KERNEL} --authfile /var/lib/kubelet/config.json"})
    pool.ask(good, "--modules", "reg.example/bundle:v1-${kernel}", "worker", RELEASE, KERNEL)
    cases.check("or what would be staged", all(line.endswith("--modules reg.example/bundle:v1-${kernel}") for line in pool.lines("words")), pool.lines("words"))
    for name, status, words in (
        ("bad-1", 9, "NOT READY   symbols sfc.ko needs printk; build it again"),
        ("odd-1", 1, "NO ANSWER   onload-node: cannot pull: the registry does not answer"),
        ("gone-1", 1, "is unreachable"), ("hangs-1", 1, "NO ANSWER   nothing within 20 seconds"), ("lost-1", 1, "not every node has answered: 2 of 3 are ready"),
        # Names that begin alike.
        ("a-1.bad", 0, "a-1.bad "), ("a-11", 0, "a-11 "),
    ):
        done = pool.ask([*good, node(name)], "--parallel", "2", "worker", RELEASE, KERNEL)
        cases.check(f"one node {name}: {status}, and the others' rows", (done.returncode, words in done.stdout + done.stderr, done.stdout.count("every check passed")) == (status, True, 2 + (status == 0)), done)


def members(cases, pool):
    """Who is of the pool: by the configuration of now, or of the boot that comes when the pool is no longer paused."""
    labelled = node("new", labels=f"{CARD},node-role.kubernetes.io/canary=,node-role.kubernetes.io/worker=")
    done = pool.ask([node("old", pool="canary"), labelled], "canary", RELEASE, KERNEL)
    cases.equal("a node that was labelled for a paused pool is asked with it", (done.returncode, sorted(pool.lines("asked"))), (0, ["new", "old"]))
    done = pool.ask([node("a-1"), node("m-1", pool="master", labels=f"{CARD},node-role.kubernetes.io/worker=")], "worker", RELEASE, KERNEL)
    cases.equal("a node of the control plane that is a worker as well is not of the workers' pool", (done.returncode, pool.lines("asked")), (0, ["a-1"]))


def never_by_chance(cases, pool):
    for what, nodes, words in (
        ("no node", [], "no node is of pool worker"),
        ("no node of the pool", [node("m-1", pool="master")], "no node is of pool worker"),
        ("no node with a card", [node("a-1", labels=NO_CARD)], "has a card"),
    ):
        done = pool.ask(nodes, "worker", RELEASE, KERNEL)
        cases.check(f"{what}: 1, and says that nothing was checked",
                    done.returncode == 1 and "nothing was checked" in done.stderr and words in done.stderr, done)
    done = pool.ask([node("a-1"), node("fresh", labels="x=y")], "worker", RELEASE, KERNEL)
    cases.check("a node that Node Feature Discovery has not come to: 1", done.returncode == 1 and "whether it has a card is not known" in done.stdout, done)
    for wrong in (("worker", "", KERNEL), ("worker", "--root", KERNEL), (), ("worker", RELEASE), ("Worker!", RELEASE, KERNEL), ("worker", RELEASE, "5.14 0"), ("--parallel", "0", "worker", RELEASE, KERNEL)):
        done = pool.ask([node("a-1")], *wrong)
        cases.check(f"check-pool {' '.join(wrong)}: refused", done.returncode == 64 and done.stderr and not done.stdout, done)


def interrupted(cases, pool):
    """Whoever ends it leaves no pod on a node, and no file."""
    for sent in (signal.SIGTERM, signal.SIGINT):
        process = pool.begin([node("hangs-1"), node("hangs-2")], "worker", RELEASE, KERNEL)
        deadline = time.monotonic() + 600
        while len(pool.pods()) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        cases.equal("both nodes have a pod", len(pool.pods()), 2)
        process.send_signal(sent)
        _, stderr = process.communicate(timeout=6000)
        cases.equal(f"{sent.name}: it says so, and nothing is left", (process.returncode, "interrupted" in stderr, pool.pods(), pool.scratch()), (130, True, [], []))


def template(cases):
    """The line that check-pool has `oc` print, as Go prints it."""
    if shutil.which("kubectl") is None:
        cases.skip("the template gives name, labels and configuration", "kubectl is not here")
        return
    text = re.search(r"^template='(.*)'$", (FOLDER / "check-pool").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    config = {"machineconfiguration.openshift.io/currentConfig": "rendered-worker-0123456789abcdef"}
    labels = {"kubernetes.io/hostname": "a-1", "node-role.kubernetes.io/worker": ""}
    items = [{"kind": "Node", "apiVersion": "v1", "metadata": {"name": "a-1", "labels": labels, "annotations": config}}]
    with tempfile.TemporaryDirectory(prefix="onload-node-gate.") as folder:
        file = Path(folder) / "node.json"
        file.write_text(json.dumps(items[0]), encoding="utf-8")
        each = text.removeprefix("{{range .items}}").removesuffix("{{end}}")
        done = subprocess.run(["kubectl", "label", "--local", "-f", file, "x=y", "-o", f"go-template={each}"], capture_output=True, text=True, timeout=60)
    cases.equal("the template gives name, labels and configuration", (done.stdout, done.stderr),
                ("a-1 ,kubernetes.io/hostname=a-1,node-role.kubernetes.io/worker=,x=y, rendered-worker-0123456789abcdef\n", ""))


def documented(cases):
    """The commands of the guide, word by word, on a cluster that has an answer of yesterday."""
    text = (ROOT / "packaging/docs/upgrading.md").read_text(encoding="utf-8")
    step = text.partition("**Ask the gate**")[2].partition("by hand")[0]
    commands = "".join(f"{line.strip()}\n" for line in step.splitlines() if line.startswith("       "))
    with tempfile.TemporaryDirectory(prefix="onload-node-gate.") as name:
        folder = Path(name)
        (folder / "packaging/kubernetes").mkdir(parents=True)
        for path, content in ((folder / "oc", CLUSTER), (folder / "packaging/kubernetes/for-kernel", "#!/bin/bash\necho objects\n")):
            path.write_text(content, encoding="utf-8")
            path.chmod(0o755)
        (folder / "job").write_text("Complete\n", encoding="utf-8")
        environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "kernel": KERNEL}
        done = subprocess.run(["bash", "-ec", commands], cwd=folder, capture_output=True, text=True, timeout=120, env=environment)
    cases.equal("the guide's commands tell what the new Job said, not the one before", (done.returncode, done.stdout, done.stderr), (0, "Failed\nthe table\n", ""))


def job(cases, rendered):
    (value,) = of_kind(rendered["upgrade-gate"], "Job")
    (config_map,) = of_kind(rendered["upgrade-gate"], "ConfigMap")
    cases.equal("the Job has the script", config_map["data"], {"check-pool": (FOLDER / "check-pool").read_text(encoding="utf-8")})
    (volume,) = (each["configMap"]["name"] for each in pod_of(value)["volumes"] if "configMap" in each)
    cases.equal("by a name that nobody makes up", volume, config_map["metadata"]["name"])
    cases.check("one whose pod never starts fails as well", value["spec"]["activeDeadlineSeconds"] > 3600, value["spec"])
    cases.equal("it fails when a node is not ready, and is not tried again", (value["spec"]["backoffLimit"], pod_of(value)["restartPolicy"]), (0, "Never"))
    (container,) = pod_of(value)["containers"]
    with tempfile.TemporaryDirectory(prefix="onload-node-gate.") as folder:
        shown = Path(folder) / "check-pool"
        shown.write_text('#!/bin/bash\nprintf "<%s>" "$@"\n', encoding="utf-8")
        shown.chmod(0o755)
        for modules, options in (("", ""), ("a b", "<--modules><a b>")):
            environment = {each["name"]: each["value"] for each in container["env"]} | {"MODULES": modules, "PATH": os.environ["PATH"]}
            command = [word.replace("/gate/check-pool", str(shown)) for word in container["command"]]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
            cases.equal(f"it asks for what is filled in, modules \"{modules}\"", done.stdout, f"{options}<MACHINE_POOL><DRIVER_TOOLKIT><KERNEL>")


def everything(cases, rendered):
    job(cases, rendered)
    template(cases)
    documented(cases)
    with tempfile.TemporaryDirectory(prefix="onload-node-gate.") as folder:
        pool = Pool(folder)
        verdicts(cases, pool)
        members(cases, pool)
        never_by_chance(cases, pool)
        interrupted(cases, pool)
