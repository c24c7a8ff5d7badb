# SPDX-License-Identifier: BSD-2-Clause
"""The latency example is one: CPUs of its own, huge pages, one NUMA node, no interrupts, no quota, and a node profile that gives it all
that. Its server is there for a second client, too."""

import os
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from cases import ROOT
from overlays import KUBERNETES, containers_of, of_kind

FOLDER, NODE = "examples/profiles/latency", "examples/profiles/latency/node"
ANNOTATIONS = {f"{name}.crio.io": "disable" for name in ("irq-load-balancing", "cpu-quota", "cpu-load-balancing")}
# Onload says these itself when it does not accelerate, or not as well as it could; each stands in a public report.
WORDS = ("unable to allocate huge page, using standard pages instead", "netif_tcp_helper_alloc_u: ENODEV", "ERROR: Failed to allocate stack")
SEEN_BY = ("/proc/interrupts", "effective_affinity_list", "pgrep onload_cp_server", "EF_LOG_VIA_IOCTL")


def _cpus(text):
    found = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def pods(cases, rendered):
    for value in of_kind(rendered[f"{FOLDER}/deploy"], "Pod"):
        name, spec = value["metadata"]["name"], value["spec"]
        given = value["metadata"]["annotations"]
        cases.equal(f"{name}: no interrupts, no quota and no balancing on its CPUs", {key: given.get(key) for key in ANNOTATIONS}, ANNOTATIONS)
        cases.equal(f"{name}: by the runtime class of the profile", spec.get("runtimeClassName"), "performance-onload-latency")
        for container in containers_of(spec):
            limits, requests = container["resources"]["limits"], container["resources"]["requests"]
            cases.equal(f"{name}: guaranteed", requests, limits)
            # Whole cores: the profile's CPU manager takes two threads or none (full-pcpus-only).
            cases.check(f"{name}: whole CPUs, and both threads of a core", re.fullmatch(r"\d*[02468]", limits["cpu"]), limits)
            cases.check(f"{name}: huge pages", limits.get("hugepages-2Mi", "").endswith("Mi"), limits)


def profile(cases, rendered):
    objects = rendered.get(NODE, [])
    (value,) = of_kind(objects, "PerformanceProfile") or ({"metadata": {"name": ""}, "spec": {}},)
    spec = value["spec"]
    cases.equal("the profile beside gives the runtime class its name", value["metadata"]["name"], "onload-latency")
    if not cases.check("it isolates CPUs", "cpu" in spec, objects):
        return
    isolated, reserved = (_cpus(spec["cpu"][key]) for key in ("isolated", "reserved"))
    cases.check("and keeps others for everything else", isolated and reserved and not isolated & reserved, spec["cpu"])
    cases.equal("CPUs and pages of one NUMA node, or none", spec.get("numa"), {"topologyPolicy": "single-numa-node"})
    cases.equal("interrupts leave the CPUs of those that ask for it, not all", spec.get("globallyDisableIrqLoadBalancing"), False)
    pages = {each["size"]: each["count"] for each in spec["hugepages"]["pages"]}
    cases.check("enough huge pages for both pods", pages.get("2M", 0) >= 2 * 64, pages)
    vendor = re.search(r"solarflare_vendor = 0x(\w+)", (ROOT / "src/core/model/onload.hpp").read_text(encoding="utf-8"))[1]
    cases.equal("a port has no more queues than CPUs are kept for its interrupts", spec.get("net"), {"userLevelNetworking": True, "devices": [{"vendorID": f"0x{vendor}"}]})
    (pool,) = of_kind(objects, "MachineConfigPool") or ({"metadata": {}, "spec": {}},)
    role = pool["metadata"].get("labels", {}).get("machineconfiguration.openshift.io/role")
    cases.equal("for a pool of its own", (spec["nodeSelector"], pool["spec"].get("nodeSelector")), ({f"node-role.kubernetes.io/{role}": ""}, {"matchLabels": {f"node-role.kubernetes.io/{role}": ""}}))
    rebooting = [value["kind"] for folder in (FOLDER, f"{FOLDER}/deploy") for value in of_kind(rendered[folder], "PerformanceProfile", "MachineConfigPool")]
    cases.equal("the example by itself reboots no node", rebooting, [])


def words(cases):
    text = (KUBERNETES / "README.md").read_text(encoding="utf-8")
    cases.equal("the README has Onload's own words for what goes wrong", [each for each in WORDS if each not in text], [])
    cases.equal("and how to see where interrupts and the control plane server are", [each for each in SEEN_BY if each not in text], [])


def _server(rendered):
    (pod,) = [value for value in of_kind(rendered["examples/sfnettest/deploy"], "Pod") if value["metadata"]["name"].endswith("-server")]
    return pod["spec"], [*pod["spec"]["containers"][0]["command"], *pod["spec"]["containers"][0].get("args", [])]


def _with_program(folder, text):
    program = Path(folder) / "sfnt-pingpong"
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}


def server(cases, rendered):
    """As the kubelet runs it, with a program in the place of sfnt-pingpong."""
    spec, command = _server(rendered)
    cases.equal("the server is started again if it fails", spec["restartPolicy"], "Always")
    with tempfile.TemporaryDirectory(prefix="onload-node-server.") as folder:
        environment = _with_program(folder, f'#!/bin/sh\necho run >>"{folder}/runs"\n[ "$(wc -l <"{folder}/runs")" -lt 4 ]\n')
        done = subprocess.run(command, env=environment, cwd=folder, timeout=1200, check=False)
        runs = (Path(folder) / "runs").read_text(encoding="utf-8").split()
        cases.check("a client that has finished leaves a server for the next one", len(runs) == 4, runs)
        cases.check("and one that fails ends the container", done.returncode != 0, done)
    with tempfile.TemporaryDirectory(prefix="onload-node-server.") as folder:
        environment = _with_program(folder, f'#!/bin/sh\ntouch "{folder}/begun"\nexec sleep 300\n')
        # The first process of its own, as in a container, which the kernel spares every signal that it has no handler for.
        if os.geteuid() != 0:
            cases.skip("the end of the pod ends it at once", "a process namespace takes root")
            return
        with subprocess.Popen(["unshare", "--pid", "--fork", "--kill-child", *command], env=environment, cwd=folder) as child:
            deadline = time.monotonic() + 300
            while not (Path(folder) / "begun").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            first = int(Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text(encoding="utf-8"))
            os.kill(first, signal.SIGTERM)
            try:
                ended = child.wait(timeout=120)
            except subprocess.TimeoutExpired:
                ended = None
                child.kill()
        cases.equal("the end of the pod ends it at once", ended, 0)


def everything(cases, rendered):
    pods(cases, rendered)
    profile(cases, rendered)
    words(cases)
    server(cases, rendered)
