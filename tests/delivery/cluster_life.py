# SPDX-License-Identifier: BSD-2-Clause
"""What the folders of packaging/kubernetes do to each other: which objects they share, what is left when they are deleted in
any order, who runs twice, and which nodes their pods may be on. The cluster is a set in memory."""

import itertools
import re

from cases import ROOT
from overlays import of_kind, pod_of

README = ROOT / "packaging/kubernetes/README.md"
# Objects of the cluster have no namespace, and go when they are deleted and not before.
OF_THE_CLUSTER = ("Namespace", "SecurityContextConstraints", "PerformanceProfile", "MachineConfigPool", "ClusterRole", "ClusterRoleBinding", "PreflightValidationOCP")
# Each pair is for a node or a cluster to have both, and either may be taken away alone.
APART = (
    ("sfc/kmm", "onload/kmm"), ("sfc/deploy", "onload/kmm-deploy"), ("onload/dev", "sfptpd"), ("onload/deploy", "stager"),
    ("onload/dev", "stager"), ("onload/dev", "upgrade-gate"), ("stager", "upgrade-gate"), ("onload/dev", "monitoring"), ("onload/dev", "examples/profiles/latency"),
    ("onload/build", "sfc/kmm"), ("onload/build", "onload/kmm"),
)


def identity(value):
    return value["kind"], value["metadata"].get("namespace"), value["metadata"]["name"]


def shared(cases, rendered):
    for one, other in APART:
        both = {identity(value) for value in rendered[one]} & {identity(value) for value in rendered[other]}
        cases.equal(f"deleting {one} takes nothing away that {other} needs", sorted(both, key=str), [])


def _uninstall():
    """The folders that the README says to delete, and the commands in full."""
    text = README.read_text(encoding="utf-8").partition("\n## Uninstall\n")[2].partition("\n## ")[0]
    commands = re.findall(r"`(oc delete [^`]*-k packaging/kubernetes/[^`]+)`", text)
    return [command.rpartition("packaging/kubernetes/")[2] for command in commands], commands


def _delete(cluster, objects):
    """How many were gone already. A namespace takes along what is in it."""
    missing = 0
    for value in objects:
        if identity(value) not in cluster:
            missing += 1
            continue
        cluster.discard(identity(value))
        if value["kind"] == "Namespace":
            cluster -= {each for each in cluster if each[1] == value["metadata"]["name"]}
    return missing


def any_order(cases, rendered):
    folders, commands = _uninstall()
    cases.check("the README says what to delete", len(folders) >= 6, folders)
    cases.equal("each folder that it says is there", [each for each in folders if each not in rendered], [])
    everything = {identity(value) for folder in folders if folder in rendered for value in rendered[folder]}
    left, met_missing = set(), False
    for order in itertools.permutations(folder for folder in folders if folder in rendered):
        cluster = set(everything)
        met_missing |= any([_delete(cluster, rendered[folder]) for folder in order])
        left |= cluster
    cases.equal("deleted in every order, nothing is left", sorted(left, key=str), [])
    cases.check("in some order a folder's objects are gone already", met_missing)
    cases.none("so every delete takes what is gone for done", [each for each in commands if "--ignore-not-found" not in each])


def one_sfptpd(cases, rendered):
    """A node that keeps its clock as the configuration has it by default runs sfptpd itself."""
    default = (ROOT / "butane/files/config.toml").read_text(encoding="utf-8")
    cases.check("the node's own daemon is sfptpd by default", '#daemon = "sfptpd.service"' in default)
    for folder, objects in rendered.items():
        if folder.startswith("all/"):
            names = {value["metadata"]["name"] for value in of_kind(objects, "DaemonSet")}
            cases.check(f"{folder} runs no second sfptpd", "sfptpd" not in names, names)


def _tolerates_everything(tolerations):
    return {"operator": "Exists"} in (tolerations or [])


def tolerations(cases, rendered):
    """Nodes for low latency are tainted: what belongs to the node is there in spite of that."""
    seen = {}
    for objects in rendered.values():
        for value in of_kind(objects, "DaemonSet"):
            seen[value["metadata"]["name"]] = pod_of(value).get("tolerations")
    for name, given in sorted(seen.items()):
        cases.check(f"DaemonSet {name} is on tainted nodes, too", _tolerates_everything(given), given)


def every_node(cases, rendered):
    """A cluster may give all pods a node selector, which a namespace has to decline for its DaemonSets."""
    declined = {value["metadata"]["name"]: value["metadata"].get("annotations", {}).get("openshift.io/node-selector") for objects in rendered.values() for value in of_kind(objects, "Namespace")}
    wanted = {value["metadata"]["namespace"] for objects in rendered.values() for value in of_kind(objects, "DaemonSet")}
    cases.equal("no default node selector of the cluster keeps a DaemonSet from its nodes", {name: declined.get(name) for name in sorted(wanted)}, {name: "" for name in sorted(wanted)})


# KMM -> the folders for it. tolerations from 2.3 on, several modules to remove from 2.1 on, one from 1.1 on.
KMM = {
    "2.3 and later": ("sfc/kmm", "sfc/deploy", "onload/kmm", "onload/kmm-deploy"),
    "2.1 and 2.2": ("sfc/kmm-2.1", "sfc/deploy-kmm-2.1"),
    "1.1 to 2.0": ("sfc/kmm-1.1", "sfc/deploy-kmm-1.1"),
    "1.0": ("sfc/kmm-1.0", "sfc/deploy-kmm-1.0"),
    "1.0 to 2.2": ("onload/kmm-1.0", "onload/kmm-deploy-1.0"),
}


def _module_keys(module):
    keys = {key for key in module["spec"]["moduleLoader"]["container"] if key.startswith("inTree")}
    return keys | ({"tolerations"} & module["spec"].keys())


def operators(cases, rendered):
    fields = {"2.3 and later": {"tolerations", "inTreeModulesToRemove"}, "2.1 and 2.2": {"inTreeModulesToRemove"}, "1.1 to 2.0": {"inTreeModuleToRemove"}}
    for version, names in KMM.items():
        for folder in names:
            modules = of_kind(rendered.get(folder, []), "Module")
            wanted = fields.get(version, set())
            if folder.startswith("onload"):
                wanted = wanted & {"tolerations"}
            cases.equal(f"{folder}: for KMM {version}, with the fields that it knows", [_module_keys(module) for module in modules], [wanted])
            if "tolerations" in wanted:
                cases.check(f"{folder}: loads on tainted nodes", all(_tolerates_everything(module["spec"].get("tolerations")) for module in modules))
    text = README.read_text(encoding="utf-8")
    cases.equal("the README names each of them", [folder for names in KMM.values() for folder in names if f"`{folder}`" not in text], [])


def config_maps(cases, rendered):
    """A ConfigMap that two Modules name would go with the first of them."""
    users = {}
    for objects in rendered.values():
        for module in of_kind(objects, "Module"):
            for mapping in module["spec"]["moduleLoader"]["container"]["kernelMappings"]:
                name = mapping.get("build", {}).get("dockerfileConfigMap", {}).get("name")
                if name:
                    users.setdefault((module["metadata"]["namespace"], name), set()).add(module["metadata"]["name"])
    cases.equal("no two Modules build from one ConfigMap", {key: value for key, value in users.items() if len(value) > 1}, {})


def stager_variants(cases, rendered):
    (usual,) = of_kind(rendered["stager"], "DaemonSet")
    (without,) = of_kind(rendered.get("stager-without-sfptpd", []), "DaemonSet") or (None,)
    if not cases.check("there is a stager without sfptpd", without):
        return
    names = [[each["name"] for each in pod_of(value)["initContainers"]] for value in (usual, without)]
    cases.equal("it differs in that one container", [each for each in names[0] if each not in names[1]], ["sfptpd"])
    pod_of(usual)["initContainers"] = [each for each in pod_of(usual)["initContainers"] if each["name"] != "sfptpd"]
    cases.equal("and in nothing else", without, usual)


def not_tried(cases):
    """What nobody has seen has something public to stand on."""
    text = README.read_text(encoding="utf-8").partition("\n## Not tried\n")[2].partition("\n## ")[0]
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| ")][1:]
    source = re.compile(r"https://|\]\(\.\./|[\w-]+/[\w-]+: `")
    cases.check("the README says what has not been tried", len(found) >= 10, found)
    cases.equal("each with what it rests on", [cells[0] for cells in found if len(cells) != 2 or not source.search(cells[1])], [])


def everything(cases, rendered):
    not_tried(cases)
    shared(cases, rendered)
    any_order(cases, rendered)
    one_sfptpd(cases, rendered)
    tolerations(cases, rendered)
    every_node(cases, rendered)
    operators(cases, rendered)
    config_maps(cases, rendered)
    stager_variants(cases, rendered)
