# SPDX-License-Identifier: BSD-2-Clause
"""Builds in the cluster build again, for a second kernel and for a second tag: nothing rests on ConfigChange, which starts a build
when a BuildConfig is new and never after that (openshift/origin#26172). And one image completes a node."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

import yaml
from cases import ROOT
from overlays import KUBERNETES, TOOLS, of_kind, pod_of

PLAIN, REALTIME = "5.14.0-427.50.1.el9_4.x86_64", "5.14.0-427.50.1.el9_4.x86_64+rt"
PER_KERNEL = (
    "onload/module-build", "onload/node-bundle", "stager", "stager-without-sfptpd", "upgrade-gate", "onload/preflight", "onload/preflight-release-image",
)
RELEASE_TOOLKIT, RELEASE_IMAGE = "quay.example/release@sha256:1234", "quay.example/ocp-release@sha256:5678"
OC = """#!/bin/sh
# Stands in for oc: renders, tells of a release, of builds and of tags; what else it is asked is written down.
case "$*" in
    "kustomize "*) exec {kustomize} "$2" ;;
    "adm release info 4.18.9 --image-for=driver-toolkit") echo {toolkit} ;;
    "adm release info 4.18.9 -o jsonpath={{.image}}") echo {image} ;;
    "get buildconfigs "*) cat "$STAND_IN/buildconfigs" ;;
    "get builds "*) cat "$STAND_IN/builds" ;;
    "get build "*) echo "asked $3" >>"$STAND_IN/asked"; [ "$(grep -c "asked $3" "$STAND_IN/asked")" -lt 3 ] && echo Running || cat "$STAND_IN/phase" ;;
    "get imagestreamtag "*) grep -qxF "$3" "$STAND_IN/tags" ;;
    *--from-archive=-*) echo "$*" >>"$STAND_IN/asked"; tar -tzf - >"$STAND_IN/sent" ;;
    *) echo "$*" >>"$STAND_IN/asked"; ! grep -qxF "$2" "$STAND_IN/failing" ;;
esac
"""


class StandIn:
    """A folder with an `oc` in it, and what it answers."""

    def __init__(self, folder):
        self.folder = Path(folder)
        program = self.folder / "oc"
        program.write_text(OC.format(kustomize=TOOLS / "kustomize", toolkit=RELEASE_TOOLKIT, image=RELEASE_IMAGE), encoding="utf-8")
        program.chmod(0o755)
        for name in ("buildconfigs", "tags", "failing", "asked", "builds", "phase", "sent"):
            self.set(name, "")

    def set(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def asked(self):
        return (self.folder / "asked").read_text(encoding="utf-8").splitlines()

    def run(self, program, *arguments):
        environment = os.environ | {"PATH": f"{self.folder}:{os.environ['PATH']}", "STAND_IN": str(self.folder), "START_BUILDS_STEP": "0"}
        command = [KUBERNETES / program, *arguments]
        if not command[0].exists():
            return subprocess.CompletedProcess(command, 127, "", f"there is no {program}")
        return subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)


def _objects(done):
    return [value for value in yaml.safe_load_all(done.stdout) if value] if done.returncode == 0 else []


def for_kernels(cases, oc):
    """Every folder that is for one kernel, made for two: nothing of the one is replaced by the other."""
    for folder in PER_KERNEL:
        seen = {}
        for kernel in (PLAIN, REALTIME):
            done = oc.run("for-kernel", "--release", "4.18.9", folder, kernel)
            objects = _objects(done)
            cases.check(f"{folder} is made for {kernel}", objects, done.stderr)
            seen[kernel] = {(value["kind"], value["metadata"]["name"]): value for value in objects}
        built = [{key for key in each if key[0] in ("BuildConfig", "DaemonSet", "Job", "PreflightValidationOCP")} for each in seen.values()]
        cases.check(f"{folder}: each kernel has its own, and the second takes nothing from the first", all(built) and not built[0] & built[1], built)
        values = [value for done in seen.values() for value in done.values()]
        wrong = [value["metadata"]["name"] for value in values if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", value["metadata"]["name"])]
        cases.equal(f"{folder}: names are such as Kubernetes takes", wrong, [])
        labels = [label for value in values for label in value["metadata"].get("labels", {}).values()]
        cases.equal(f"{folder}: and labels", [each for each in labels if not re.fullmatch(r"[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?", each)], [])
        text = str(seen)
        cases.equal(f"{folder}: nothing is left to fill in", re.findall(r"KERNEL_TAG|kernel-name|DRIVER_TOOLKIT|RELEASE_IMAGE|MACHINE_POOL|'KERNEL'", text), [])
        cases.check(f"{folder}: a tag and a label have no `+`", "_rt" in text or "-rt" in text, text)
        cases.check(f"{folder}: nor has the tag of an image", not re.search(r":[\w.-]+\+rt", text), text)


def toolkit(cases, oc):
    """The driver toolkit is that of the release that is asked for."""

    def arguments(*options):
        objects = _objects(oc.run("for-kernel", *options, "onload/module-build", REALTIME))
        builds = of_kind(objects, "BuildConfig")
        return {each["name"]: each["value"] for build in builds for each in build["spec"]["strategy"]["dockerStrategy"]["buildArgs"]}

    given = arguments("--release", "4.18.9")
    cases.equal("the driver toolkit is that of the release asked for", (given.get("DTK_AUTO"), given.get("KERNEL_FULL_VERSION")), (RELEASE_TOOLKIT, REALTIME))
    cases.equal("or the one that is named", arguments("--driver-toolkit", "registry.example/dtk:1").get("DTK_AUTO"), "registry.example/dtk:1")
    for folder in ("onload/module-build", "upgrade-gate", "onload/preflight", "onload/preflight-release-image"):
        done = oc.run("for-kernel", folder, REALTIME)
        cases.check(f"{folder}: without one it is refused: the cluster's `latest` moves as an update begins", done.returncode == 64 and "needs --release" in done.stderr, done)
    for wrong in (["onload/module-build"], ["nowhere", PLAIN], ["--release", "onload/module-build", PLAIN], ["stager", "5.14 0"]):
        done = oc.run("for-kernel", *wrong)
        cases.check(f"for-kernel {' '.join(wrong)}: refused, with a reason", done.returncode == 64 and done.stderr and not done.stdout, done)


def again(cases, oc):
    """A new tag, and a tag that is there."""
    oc.set("buildconfigs", "".join(f"{each} ImageStreamTag\n" for each in (
        "node-bundle-k Dockerfile node-bundle:v9-k", "onload-node Binary onload-node:v0", "onload-user Dockerfile onload-user:v9", "sfptpd Dockerfile sfptpd:v3")))
    oc.set("tags", "sfptpd:v3\n")
    done = oc.run("start-builds", "onload-clusterlocal")
    asked = [line for line in oc.asked() if line.startswith("start-build")]
    names = [line.split()[1] for line in asked]
    cases.equal("start-builds builds what has no image yet, and the bundle of the others last", names, ["onload-node", "onload-user", "node-bundle-k"])
    cases.check("each to its end, in that namespace", all("-n onload-clusterlocal" in line and "--wait" in line for line in asked) and done.returncode == 0, (asked, done))
    sent = (oc.folder / "sent").read_text(encoding="utf-8").splitlines()
    cases.check("and sends the checkout where one is needed", "--from-archive=-" in asked[0] and {"./meson.build", "./packaging/images/onload-node/Containerfile"} <= set(sent), asked)
    cases.equal("without what was built in it, which is gigabytes", [each for each in sent if each.startswith(("./build", "./.git/"))], [])
    cases.check("but with folders of that name further down", "./packaging/kubernetes/onload/build/" in sent)
    oc.set("asked", "")
    oc.run("start-builds", "onload-clusterlocal", "sfptpd")
    cases.equal("what is named is built again", [line.split()[1] for line in oc.asked()], ["sfptpd"])
    oc.set("asked", "")
    oc.set("failing", "onload-user\n")
    done = oc.run("start-builds", "onload-clusterlocal")
    cases.check("a build that fails is told, and what needs it is not tried", done.returncode == 1 and "onload-user" in done.stderr and not any("node-bundle" in line for line in oc.asked()), (done, oc.asked()))


def under_way(cases, oc):
    """OpenShift has begun a new BuildConfig's build by itself."""
    oc.set("buildconfigs", "onload-user Dockerfile onload-user:v9 ImageStreamTag\n")
    for phase, status in (("Complete", 0), ("Failed", 1)):
        for name, text in (("asked", ""), ("failing", ""), ("builds", "onload-user-1 Failed\nonload-user-2 Running\n"), ("phase", f"{phase}\n")):
            oc.set(name, text)
        done = oc.run("start-builds", "onload-clusterlocal")
        cases.equal(f"a build that is under way is waited for and not begun twice, and {phase} counts", (done.returncode, set(oc.asked())), (status, {"asked onload-user-2"}))


def outside(cases, oc):
    """In a registry outside an image counts as there when the cluster remembers the build that has pushed it."""
    image = "registry.example/onload-user"
    oc.set("buildconfigs", f"onload-diagnostics Dockerfile registry.example/onload-diagnostics:v9 DockerImage\nonload-user Dockerfile {image}:v9 DockerImage\n")
    for name in ("failing", "asked", "builds"):
        oc.set(name, "")
    oc.run("start-builds", "onload-clusterlocal")
    cases.equal("what no build has pushed is built, first what others are made of", [line.split()[1] for line in oc.asked()], ["onload-user", "onload-diagnostics"])
    for built, expected in ((f"Complete {image}:v9", []), (f"Complete {image}:v8", ["onload-user"]), (f"Failed {image}:v9", ["onload-user"])):
        oc.set("asked", "")
        oc.set("builds", f"{built}\nComplete registry.example/onload-diagnostics:v9\n")
        oc.run("start-builds", "onload-clusterlocal")
        cases.equal(f"{built}: what is built then", [line.split()[1] for line in oc.asked()], expected)


def triggers(cases, rendered):
    readme = (KUBERNETES / "README.md").read_text(encoding="utf-8")
    builds = {value["metadata"]["name"]: value for objects in rendered.values() for value in of_kind(objects, "BuildConfig")}
    for name, value in builds.items():
        kinds = [each["type"] for each in value["spec"].get("triggers", [])]
        if "KERNEL_TAG" in str(value["spec"]["output"]):
            cases.equal(f"{name}: an image of one kernel has a BuildConfig of that kernel, and is started by hand", ("kernel-name" in name, kinds), (True, []))
        cases.check(f"{name}: not started before what it is made of is there", "ImageChange" not in kinds or "ConfigChange" not in kinds, kinds)
    for program in ("for-kernel", "start-builds"):
        cases.check(f"the README says when to use {program}", f"packaging/kubernetes/{program} " in readme)


def bundle(cases, rendered):
    """The one image: what a node needs, by the paths that `onload-node stage` takes it from."""
    path = ROOT / "packaging/images/node-bundle/Containerfile"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    final = text.rpartition("\nFROM ")[2]
    for what in ("/opt/lib/modules/", "/opt/onload/", "/usr/sbin/"):
        cases.check(f"the bundle has {what}", re.search(rf"^COPY --from=\w+ \S+ {re.escape(what)}$", final, re.MULTILINE), final)
    parts = set(re.findall(r"^FROM \$\{(\w+)\}", text, re.MULTILINE))
    cases.equal("it is made of the other images", parts - {"UBI9_MICRO_IMAGE"}, {"ONLOAD_MODULE_IMAGE", "ONLOAD_USER_IMAGE", "SFPTPD_IMAGE"})
    listed = (ROOT / "packaging/airgap/images.list").read_text(encoding="utf-8")
    cases.check("it is in the list for clusters without internet, one for each kernel", re.search(r"/node-bundle:\S+-\$\{kernel\}$", listed, re.MULTILINE))
    for readme in ("packaging/docs/staging.md", "packaging/kubernetes/README.md"):
        found = re.search(r'source = "[^"]*/node-bundle:v[\d.]+-\$\{kernel\}"', (ROOT / readme).read_text(encoding="utf-8"))
        cases.check(f"{readme} has it as the source", found)


def entitled(cases, rendered):
    """The other way to packages that UBI has not differs in that, and in nothing else."""
    for folder in ("onload", "sfptpd"):
        usual, other = ({value["metadata"]["name"]: value["spec"]["strategy"]["dockerStrategy"] for value in of_kind(rendered.get(f"{folder}/{name}", []), "BuildConfig")}
                        for name in ("build", "build-entitled"))
        asking = {name for name, value in usual.items() if {"name": "DEVEL_PACKAGES_FROM", "value": "centos"} in value["buildArgs"]}
        mounted = {name for name, value in other.items() if "/etc/pki/entitlement" in str(value.get("volumes"))}
        cases.equal(f"{folder}/build-entitled mounts the subscription where a package is missing", mounted, asking)
        cases.check(f"{folder}: there are such builds", asking, usual)
        for name in asking & mounted:
            del other[name]["volumes"]
            other[name]["buildArgs"] = [{**each, "value": "centos"} if each["name"] == "DEVEL_PACKAGES_FROM" and each["value"] == "entitlement" else each for each in other[name]["buildArgs"]]
        cases.equal(f"{folder}/build-entitled is the same in all else", other, usual)


def stagers(cases, rendered):
    """Two stagers, for two kernels, do not take each other's pods."""
    (value,) = of_kind(rendered["stager"], "DaemonSet")
    selector = value["spec"]["selector"]["matchLabels"]
    cases.check("a stager's selector has its kernel", "KERNEL_TAG" in selector.values(), selector)
    cases.equal("which its pods have, too", {key: value["spec"]["template"]["metadata"]["labels"].get(key) for key in selector}, selector)
    cases.equal("and asks for nodes of that kernel", pod_of(value)["nodeSelector"].get("feature.node.kubernetes.io/kernel-version.full"), "KERNEL_TAG")


def ahead(cases, oc):
    """Modules for the next release, on nodes that still run the old one."""
    selectors, arguments = [], []
    for options in ([], ["--ahead"]):
        (value,) = of_kind(_objects(oc.run("for-kernel", *options, "stager", REALTIME)), "DaemonSet") or (None,)
        if not cases.check(f"the stager is made {' '.join(options)}", value):
            return
        selectors.append(pod_of(value)["nodeSelector"])
        (stage,) = (each for each in pod_of(value)["initContainers"] if each["name"] == "stage")
        arguments.append(stage["args"])
    cases.equal("--ahead: on all nodes with a card", selectors[1], {"feature.node.kubernetes.io/pci-1924.present": "true"})
    cases.equal("without it on those of the kernel", selectors[0], selectors[1] | {"feature.node.kubernetes.io/kernel-version.full": REALTIME.replace("+", "_")})
    cases.equal("either stages for that kernel, whatever the node runs", arguments, [["stage", "--root", "/host", "--kernel", REALTIME, "/image"]] * 2)
    done = oc.run("for-kernel", "--ahead", "onload/node-bundle", PLAIN)
    cases.check("--ahead for anything else is refused", done.returncode == 64 and not done.stdout, done)


def everything(cases, rendered):
    triggers(cases, rendered)
    bundle(cases, rendered)
    entitled(cases, rendered)
    stagers(cases, rendered)
    with tempfile.TemporaryDirectory(prefix="onload-node-builds.") as folder:
        oc = StandIn(folder)
        for_kernels(cases, oc)
        toolkit(cases, oc)
        ahead(cases, oc)
        again(cases, oc)
        under_way(cases, oc)
        outside(cases, oc)
