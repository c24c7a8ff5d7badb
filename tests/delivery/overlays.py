# SPDX-License-Identifier: BSD-2-Clause
"""The overlays of packaging/kubernetes, rendered by the real kustomize."""

import concurrent.futures
import subprocess
import sys

import yaml
from cases import ROOT

TOOLS = ROOT / "build/tools"
KUBERNETES = ROOT / "packaging/kubernetes"
WORKERS = 2


def get_tools(cases):
    """kustomize and the validator; False, counted as skipped, where this machine cannot have them."""
    done = subprocess.run([ROOT / "tests/delivery/install-manifest-tools", TOOLS], capture_output=True, text=True, timeout=900)
    if done.returncode == 3:
        cases.skip("the objects for the cluster", done.stderr.strip())
    elif done.returncode != 0:
        cases.check("the tools are there", False, done.stdout + done.stderr)
    return done.returncode == 0


def folders(base=KUBERNETES):
    """Every folder that can be given to `oc apply -k`, by its path below packaging/kubernetes."""
    return sorted(str(path.parent.relative_to(base)) for path in base.rglob("kustomization.yaml"))


def render(folder, base=KUBERNETES):
    """The objects of a folder."""
    done = subprocess.run([TOOLS / "kustomize", base / folder], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"kustomize {folder}: {done.stderr.strip()}")
    return [value for value in yaml.safe_load_all(done.stdout) if value]


def render_all(base=KUBERNETES):
    """Folder -> objects."""
    names = folders(base)
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return dict(zip(names, pool.map(lambda name: render(name, base), names)))


def of_kind(objects, *kinds):
    return [value for value in objects if value["kind"] in kinds]


def pod_of(value):
    """The pod specification of a workload, or None."""
    if value["kind"] == "Pod":
        return value["spec"]
    return value["spec"]["template"]["spec"] if value["kind"] in ("DaemonSet", "Deployment", "Job") else None


def containers_of(pod):
    return [*pod.get("initContainers", []), *pod["containers"]]
