# SPDX-License-Identifier: BSD-2-Clause
"""A container gets Onload by its CDI device: device nodes, libraries, preload; only such that are of the loaded version."""

import json

from harness import check, expect_equal, paths
from harness.module_images import LIBRARY, everything, tar_of
from harness.staging import StagingNode

SPEC = "/run/cdi/amd.com-onload.json"
FOLDER = "/root/container"
LIBRARIES = "/opt/onload/usr/lib64"
LOOK_AT = f"/dev/onload /dev/sfc_char {LIBRARIES}/libonload.so /usr/bin/onload"
NONE = "No such file or directory"
SCRIPT = b"#!/bin/sh\n"


def make_image(machine):
    machine.write(f"{FOLDER}/root.tar", tar_of({"bin/in_container": (paths.PROGRAMS / "in_container").read_bytes()}))
    machine.check(f"podman import --quiet {FOLDER}/root.tar localhost/in-container")


def in_container(machine, device):
    """What the program sees, a line a path; podman's complaint when it does not start."""
    options = "--rm --network none --cgroups disabled" + (f" --device amd.com/onload={device}" if device else "")
    return machine.run(f"podman run {options} localhost/in-container /bin/in_container {LOOK_AT}")


def seen(preload, *lines):
    names = LOOK_AT.split()
    return "\n".join([f"LD_PRELOAD: {preload}", *(f"{name}: {line}" for name, line in zip(names, lines))]) + "\n"


def containers_get_onload(machine):
    opens, library = "device, opens", "file, read-only"
    expect_equal("without a device a container has nothing of it", in_container(machine, "").stdout, seen("none", NONE, NONE, NONE, NONE))
    expect_equal("onload: devices and libraries", in_container(machine, "onload").stdout, seen("none", opens, opens, library, NONE))
    expect_equal("preload: and LD_PRELOAD", in_container(machine, "preload").stdout,
                 seen(f"{LIBRARIES}/libonload.so", opens, opens, library, NONE))
    expect_equal("command: and the command", in_container(machine, "command").stdout, seen("none", opens, opens, library, "file, read-only"))


def spec_of(machine):
    text = machine.run(f"cat {SPEC}").stdout
    return json.loads(text) if text else None


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    machine = node.machine
    expect_equal("in-tree: no spec", spec_of(machine), None)
    files = everything(machine.check("uname -r"))
    image = tar_of(files | {"opt/onload/usr/bin/onload": SCRIPT})
    machine.write(f"{FOLDER}/image.tar", image)
    machine.write(f"{FOLDER}/newer.tar", tar_of(
        {path: content for path, content in files.items() if path.startswith("opt/onload/")}
        | {f"{LIBRARIES[1:]}/libonload.so": LIBRARY.replace(b"8.1.2.26", b"9.0.1.86")}))
    make_image(machine)
    done = node.stage(f"{FOLDER}/image.tar")
    check("modules and libraries are staged", done.rc == 0, done)
    machine.reboot()
    machine.wait_booted()
    spec = spec_of(machine)
    check("active: there is a spec", spec is not None, node.journal())
    expect_equal("its kind", spec["kind"], "amd.com/onload")
    expect_equal("its devices", [device["name"] for device in spec["devices"]], ["onload", "preload", "command"])
    containers_get_onload(machine)
    done = node.stage(f"{FOLDER}/newer.tar")
    check("libraries of another version are staged for the next boot", done.rc == 0, done)
    machine.check("systemctl start onload-node-refresh")
    expect_equal("until then the spec has those of the loaded module", spec_of(machine), spec)
    machine.check("rm -r /opt/onload/8.1.2.26-*")
    machine.check("systemctl start onload-node-refresh")
    expect_equal("only libraries of another version: no spec", spec_of(machine), None)
    status = node.status()
    expect_equal("the node is degraded", [status["state"], status["reason_code"]], ["degraded", "user-libraries"])
    check("and says why", "9.0.1.86" in status["reason"] and status["cdi"]["problem"] in status["reason"], status)
    check("a container that wants them does not start", in_container(machine, "onload").rc != 0)
    check("the right ones again, by a stager that sees the node below another root",
          node.stage(f"{FOLDER}/image.tar --root /proc/1/root").rc == 0)
    machine.wait_until(f"test -s {SPEC}")
    expect_equal("there is a spec again", spec_of(machine), spec)
    expect_equal("what pods read of the status is the same", machine.read("/run/onload-node/public/status.json"),
                 machine.read("/run/onload-node/status.json"))
    expect_equal("it tells where the libraries are", node.status()["cdi"],
                 {"spec": SPEC, "libraries": spec["containerEdits"]["mounts"][0]["hostPath"], "problem": ""})
    check("taken back", node.run("revert --live").rc == 0)
    expect_equal("after a revert: no spec", spec_of(machine), None)
