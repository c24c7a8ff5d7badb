# SPDX-License-Identifier: BSD-2-Clause
"""The MachineConfigs of every pool and specification, as the build renders them, and the same as ConfigMaps for hosted control planes.

Which there are only the build knows (butane/meson.build): a file NAME+POOL+VERSION.yaml for each."""

import json
import re
import subprocess

from .refusal import Refusal

MACHINE_CONFIGS = "machineconfigs"
HOSTED = "hosted"
# What a pool gets together. All others stand alone, in a folder of their own: nobody needs them unless he wants them.
TOGETHER = ("99-onload-node", "99-onload-node-stage")
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
# Of a ConfigMap, all its data together (kubernetes/kubernetes: pkg/apis/core/types.go, MaxSecretSize).
CONFIG_MAP_LIMIT = 1 << 20


def copy_from(build, folder):
    for name, pool, version, path in _rendered(build):
        target = folder / MACHINE_CONFIGS / version / pool
        if name not in TOGETHER:
            target /= re.sub(rf"^99-({re.escape(pool)}-)?", "", name)
        target.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        (target / f"{name}.yaml").write_text(text, encoding="utf-8")
        if pool == "worker" and name in TOGETHER:
            _write_config_maps(folder / HOSTED / version, text)
    for base in (MACHINE_CONFIGS, HOSTED):
        for place in sorted({path.parent for path in (folder / base).rglob("*.yaml")}):
            _write_kustomization(place)


def specifications(folder):
    """The first OpenShift that reads each."""
    return [path.name for path in (folder / MACHINE_CONFIGS).iterdir()]


def _rendered(build):
    """(name, pool, version, file), of this build and not of one that was here before."""
    command = ["meson", "introspect", "--targets", str(build)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    names = sorted(name for target in json.loads(done.stdout) for name in target["filename"])
    found = [(*match.groups(), build / "butane" / match[0]) for name in names for match in [re.search(r"([^/+]+)\+([^+]+)\+([^+]+)\.yaml$", name)] if match]
    if not found:
        raise Refusal(f"{build} renders no MachineConfig: it has been configured without butane")
    return found


def _write_kustomization(place):
    names = sorted(path.name for path in place.glob("*.yaml") if path.name != "kustomization.yaml")
    text = KUSTOMIZATION + "".join(f"  - {name}\n" for name in names)
    (place / "kustomization.yaml").write_text(text, encoding="utf-8")


def _write_config_maps(place, text):
    """One for each MachineConfig: before OpenShift 4.14 a ConfigMap may hold only one (openshift/hypershift: hypershift-operator/
    controllers/nodepool). Its namespace is that of the NodePool, which only the cluster knows."""
    place.mkdir(parents=True, exist_ok=True)
    for document in text.split("\n---\n"):
        document = document.strip("\n") + "\n"
        name = re.search(r"^  name: 99-worker-(\S+)$", document, re.MULTILINE)[1]
        body = "".join(f"    {line}\n" if line else "\n" for line in document.splitlines())
        config_map = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  config: |\n{body}"
        if len(document.encode()) >= CONFIG_MAP_LIMIT:
            raise Refusal(f"the MachineConfig {name} is too large for a ConfigMap: {len(document)} bytes")
        (place / f"{name}.yaml").write_text(config_map, encoding="utf-8")
