# SPDX-License-Identifier: BSD-2-Clause
"""What `oc adm must-gather` brings back, from a cluster that a stand-in for `oc` plays: nodes at the same time, one of them hanging, one
without our program; the cluster's own objects; and all of it before must-gather's own time is up."""

import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from cases import ROOT

GATHER = ROOT / "packaging/images/onload-must-gather/gather"
CONTAINERFILE = GATHER.with_name("Containerfile")
NODES = [f"compute-{number}" for number in range(6)]
HANGS, WITHOUT = "compute-2", "compute-4"
OC = r"""#!/bin/bash
# Stands in for oc. A node's part is run here, with the programs of a node beside.
here=$(dirname "$0")
case "$*" in
    "get nodes --selector "*) cat "$here/labelled" ;;
    "get nodes "*) cat "$here/nodes" ;;
    "adm inspect "*) echo "${@: -1}" >>"$here/inspected"; [[ ${@: -1} != *performanceprofiles* ]] ;;
    "debug "*)
        for word in "$@"; do [[ $word != node/* ]] || node=${word#node/}; done
        mkdir "$here/running/$node"
        trap 'rmdir "$here/running/$node"' EXIT
        trap 'exit 130' INT TERM
        # On a slow machine the others take their time; whoever is one too many gets a second.
        for _ in {1..3000}; do [[ -e $here/together ]] || [[ $(ls "$here/running" | wc -l) -ge $GATHER_PARALLEL ]] && break; sleep 0.1; done
        touch "$here/together"
        sleep 1
        ls "$here/running" | wc -l >>"$here/at-once"
        export NODE=$node
        [[ $node != compute-2 ]] || for _ in {1..1000}; do sleep 1; done
        "${@: -3}"
        ;;
    *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""
CHROOT = '#!/bin/bash\nshift\nexec "$@"\n'
DIAGNOSE = """#!/bin/bash
[[ $NODE != compute-4 ]] || { echo "no such program" >&2; exit 127; }
[[ $1 == diagnose && $2 == -o ]] || exit 64
echo "of $NODE" >"$3"
"""
STACKDUMP = '#!/bin/bash\n[[ $* == lots ]] || exit 64\necho "stacks of $NODE"\n'
JOURNAL = '#!/bin/bash\necho "journal of $NODE"\n'


def _stand_in(folder):
    for name, text in (("oc", OC), ("chroot", CHROOT), ("onload-node", DIAGNOSE), ("onload_stackdump", STACKDUMP), ("journalctl", JOURNAL)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    (folder / "running").mkdir()
    for name in ("nodes", "labelled"):
        (folder / name).write_text("".join(f"node/{node}\n" for node in NODES), encoding="utf-8")


def _gather(folder, **settings):
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "BASE_COLLECTION_PATH": str(folder / "out")} | settings
    return subprocess.run([GATHER], capture_output=True, text=True, timeout=1200, env=environment)


def _files(path):
    """Name -> text, of what a node has sent."""
    if not path.exists():
        return {}
    try:
        with tarfile.open(path) as archive:
            return {member.name.removeprefix("./"): archive.extractfile(member).read().decode() for member in archive if member.isfile()}
    except tarfile.TarError as error:
        return {"": str(error)}


def whole(cases, folder):
    done = _gather(folder, GATHER_SECONDS="600", GATHER_NODE_SECONDS="30", GATHER_PARALLEL="3")
    out = folder / "out/onload-node"
    at_once = [int(line) for line in (folder / "at-once").read_text(encoding="utf-8").split()]
    cases.check("nodes are asked at the same time, so many and no more", max(at_once) == 3, at_once)
    sent = {node: _files(out / "nodes" / f"{node}.tar.gz") for node in NODES}
    good = [node for node in NODES if node not in (HANGS, WITHOUT)]
    cases.equal("each has what diagnose says", {node: sent[node].get("diagnose.tar.gz") for node in good}, {node: f"of {node}\n" for node in good})
    cases.equal("and what Onload's stacks are", {node: sent[node].get("onload_stackdump-lots.txt") for node in good}, {node: f"stacks of {node}\n" for node in good})
    cases.check("a node without our program has its journal instead", sent[WITHOUT].get("journal.txt") == f"journal of {WITHOUT}\n", sent[WITHOUT])
    said = done.stdout + done.stderr
    cases.check("a node that hangs costs its own time only, and is named", HANGS in said and not sent[HANGS].get("diagnose.tar.gz"), said)
    inspected = (folder / "inspected").read_text(encoding="utf-8").split() if (folder / "inspected").exists() else []
    wanted = {"ns/onload-runtime", "ns/sfptpd", "ns/openshift-kmm", "machineconfigpools", "modules.kmm.sigs.x-k8s.io", "nodemodulesconfigs.kmm.sigs.x-k8s.io", "nodes"}
    cases.equal("plugin logs and events (by namespace), pools and KMM's objects are there", sorted(wanted - set(inspected)), [])
    cases.check("what the cluster does not have stops nothing", done.returncode == 0, done)


def short_of_time(cases, folder):
    """With less time than the nodes take, what is there is whole, and the rest is named."""
    done = _gather(folder, GATHER_SECONDS="25", GATHER_NODE_SECONDS="20", GATHER_PARALLEL="1")
    out, said = folder / "out/onload-node/nodes", done.stdout + done.stderr
    left = [node for node in NODES if not _files(out / f"{node}.tar.gz")]
    cases.check("it ends by itself before its time is up, and says whom it left out and what to do", left and all(node in said for node in left) and "--timeout" in said, said)


def everything(cases):
    text = CONTAINERFILE.read_text(encoding="utf-8")
    cases.check("the namespaces are those of the one file", "NAMESPACE_RUNTIME" in text and "NAMESPACE_KMM" in text, text)
    for case in (whole, short_of_time):
        with tempfile.TemporaryDirectory(prefix="onload-node-gather.") as name:
            _stand_in(Path(name))
            case(cases, Path(name))
    listed = (ROOT / "packaging/airgap/images.list").read_text(encoding="utf-8") + (ROOT / "packaging/airgap/imageset-config.yaml").read_text(encoding="utf-8")
    image = next(line for line in (ROOT / "packaging/onload-sources.conf").read_text(encoding="utf-8").splitlines() if line.startswith("MUST_GATHER_IMAGE="))
    cases.equal("its base image is carried into clusters without internet, by either way", listed.count(image.partition("=")[2]), 2)
