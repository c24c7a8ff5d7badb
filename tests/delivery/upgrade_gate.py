# SPDX-License-Identifier: BSD-2-Clause
"""What `upgrade-gate/check-pool` says of a pool, from a cluster that a stand-in for `oc` plays: nodes that are ready, that are not, that do
not answer, that have no card, and those of another pool. And that the Job runs it."""

import os
import subprocess
import tempfile
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
        [[ $NODE != hangs-* ]] || for _ in {1..1000}; do sleep 1; done
        "${@: -3}"
        # oc's own status says only that it is not 0.
        exit 1
        ;;
    *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
CHROOT = '#!/bin/bash\nshift\nexec "$@"\n'
PROGRAM = """#!/bin/bash
echo "$@" >>"$(dirname "$0")/words"
[[ $NODE != bad-* ]] || { echo "FAILED         symbols            sfc.ko needs printk; build it again"; exit 3; }
[[ $NODE != odd-* ]] || { echo "onload-node: cannot pull: the registry does not answer" >&2; exit 1; }
echo "passed         kernel             K, of RELEASE"
"""


class Pool:
    def __init__(self, folder):
        self.folder = Path(folder)
        for name, text in (("oc", OC), ("chroot", CHROOT), ("onload-node", PROGRAM)):
            (self.folder / name).write_text(text, encoding="utf-8")
            (self.folder / name).chmod(0o755)

    def ask(self, nodes, *arguments):
        for name in ("asked", "words"):
            (self.folder / name).write_text("", encoding="utf-8")
        (self.folder / "nodes").write_text("".join(f"{line}\n" for line in nodes), encoding="utf-8")
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "CHECK_POOL_NODE_SECONDS": "20" if any(line.startswith("hangs-") for line in nodes) else "300"}
        return subprocess.run([FOLDER / "check-pool", *arguments], capture_output=True, text=True, timeout=6000, env=environment)

    def lines(self, name):
        return (self.folder / name).read_text(encoding="utf-8").splitlines()


def node(name, pool="worker", card="true"):
    return f"{name} rendered-{pool}-0123456789abcdef {card}"


def verdicts(cases, pool):
    good = [node("a-1"), node("a-2"), node("b-1", pool="worker-cnf"), node("m-1", pool="master"), node("plain", card="<no value>")]
    done = pool.ask(good, "worker", RELEASE, KERNEL)
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()[1:]}
    cases.equal("a pool whose nodes are ready: 0, and a row for each of its nodes, no other's",
                (done.returncode, rows), (0, {"a-1": "ready every check passed", "a-2": "ready every check passed", "plain": "no card not asked"}))
    cases.equal("who has no card is not asked", sorted(pool.lines("asked")), ["a-1", "a-2"])
    cases.equal("each is asked for that release and that kernel", set(pool.lines("words")), {f"verify --for-release {RELEASE} --kernel {KERNEL} --authfile /var/lib/kubelet/config.json"})
    pool.ask(good, "--modules", "reg.example/bundle:v1-${kernel}", "worker", RELEASE, KERNEL)
    cases.check("or what would be staged", all(line.endswith("--modules reg.example/bundle:v1-${kernel}") for line in pool.lines("words")), pool.lines("words"))
    for name, status, words in (
        ("bad-1", 3, "NOT READY   symbols sfc.ko needs printk; build it again"),
        ("odd-1", 1, "NO ANSWER   onload-node: cannot pull: the registry does not answer"),
        ("gone-1", 1, "is unreachable"), ("hangs-1", 1, "NO ANSWER"),
    ):
        done = pool.ask([*good, node(name)], "--parallel", "2", "worker", RELEASE, KERNEL)
        cases.check(f"one node {name}: {status}, and the others' rows", (done.returncode, words in done.stdout, done.stdout.count("every check passed")) == (status, True, 2), done)


def never_by_chance(cases, pool):
    for what, nodes in (("no node", []), ("no node of the pool", [node("m-1", pool="master")]), ("no node with a card", [node("a-1", card="<no value>")])):
        done = pool.ask(nodes, "worker", RELEASE, KERNEL)
        cases.check(f"{what}: 1, and says that nothing was checked", done.returncode == 1 and "nothing was checked" in done.stderr, done)
    for wrong in ((), ("worker", RELEASE), ("Worker!", RELEASE, KERNEL), ("worker", RELEASE, "5.14 0"), ("--parallel", "0", "worker", RELEASE, KERNEL)):
        done = pool.ask([node("a-1")], *wrong)
        cases.check(f"check-pool {' '.join(wrong)}: refused", done.returncode == 64 and done.stderr and not done.stdout, done)


def job(cases, rendered):
    (value,) = of_kind(rendered["upgrade-gate"], "Job")
    (config_map,) = of_kind(rendered["upgrade-gate"], "ConfigMap")
    cases.equal("the Job has the script", config_map["data"], {"check-pool": (FOLDER / "check-pool").read_text(encoding="utf-8")})
    (volume,) = (each["configMap"]["name"] for each in pod_of(value)["volumes"] if "configMap" in each)
    cases.equal("by a name that nobody makes up", volume, config_map["metadata"]["name"])
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
    with tempfile.TemporaryDirectory(prefix="onload-node-gate.") as folder:
        pool = Pool(folder)
        verdicts(cases, pool)
        never_by_chance(cases, pool)
