# SPDX-License-Identifier: BSD-2-Clause
"""Devices are healthy only while a container that gets one is accelerated."""

import shutil

from kubelet import until
from node import status
from running import away_and_back, becomes, registered, running


def cdi_spec(cases, api, program):
    with running(api, program, say=status()) as (node, process):
        if not cases.check("with a spec: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        cases.equal("/healthz says so", process.get("/healthz"), (200, "text/plain", "healthy\n"))
        problem = "the libraries below /opt/onload are of version 9.0.1, the loaded module is of version 8.1.2"

        def withdrawn():
            node.says_of_cdi(spec="", problem=problem)
            node.spec_file.unlink()

        def offered():
            node.offer()
            node.says_of_cdi()

        away_and_back(cases, node, process, "the spec is removed", node.spec_file.unlink, node.offer, "there is no CDI spec")
        away_and_back(cases, node, process, "the spec is withdrawn, and the node says why", withdrawn, offered, problem)
        away_and_back(
            cases, node, process, "a spec of libraries that are not there", lambda: node.offer("/opt/onload/9.0.1-ba9876543210/usr/lib64"), node.offer,
            "/opt/onload/9.0.1-ba9876543210/usr/lib64",
        )
        away_and_back(cases, node, process, "a spec without the device", lambda: node.offer(devices=["onload"]), node.offer, "no device")
        away_and_back(cases, node, process, "a spec of another kind", lambda: node.offer(kind="nvidia.com/gpu"), node.offer, "no device")
        away_and_back(cases, node, process, "half a spec", lambda: node.spec_file.write_text('{"kind":'), node.offer, "no device")
        node.offer(node.libraries)
        cases.check("a spec that names the link is as good", not until(lambda: node.kubelet.plugin.health() != "Healthy", 1), process.said())


def without_a_spec(cases, api, program):
    """What a container engine would refuse is not offered: no spec anywhere."""
    with running(api, program) as (node, process):
        node.spec_file.unlink()
        node.say(status())
        registered(node)
        why = f"there is no CDI spec {node.spec_file}"
        cases.check("no spec anywhere: the log says so", process.says(why), process.said())
        cases.equal("no spec anywhere: every device is unhealthy", node.kubelet.plugin.health(), "Unhealthy")
        code, _, text = process.get("/healthz")
        cases.check("no spec anywhere: /healthz says so, and that no restart would help", code == 200 and why in text, (code, text))
        reason = f'onload_device_plugin_unhealthy_info{{reason="{why}'
        cases.check("no spec anywhere: so does /metrics", reason in process.get("/metrics")[2], process.get("/metrics")[2])


def libraries(cases, api, program):
    with running(api, program, say=status()) as (node, process):
        if not cases.check("libraries: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        library = node.libraries / "libonload.so"

        def staged(version):
            node.stage(version)
            node.offer()

        away_and_back(
            cases, node, process, "libraries of another version than the module", lambda: staged("9.0.1"), lambda: staged("8.1.2"),
            "of version 9.0.1, the loaded Onload is 8.1.2",
        )
        old = node.resolved()
        away_and_back(
            cases, node, process, "the link leads to a folder that is not there yet",
            lambda: old.parents[1].rename(node.user / "away"), lambda: (node.user / "away").rename(old.parents[1]),
            "Onload's libraries are missing",
        )
        away_and_back(
            cases, node, process, "a folder in the library's place", lambda: (library.unlink(), library.mkdir()),
            lambda: (library.rmdir(), node.stage("8.1.2")), "is not a file",
        )
        node.stage("9.0.1", "9.0.1-for-the-next-boot")
        kept = not until(lambda: node.kubelet.plugin.health() != "Healthy", 2)
        cases.check("another version is staged for the next boot, and the spec has that of the module: healthy", kept, process.said())
        old.parents[1].rename(node.user / "away")
        cases.check("what the spec names has gone: unhealthy", becomes(node, "Unhealthy"), process.said())


def a_library_without_a_version(cases, api, program):
    with running(api, program) as (node, process):
        (node.libraries / "libonload.so").write_bytes(b"\x7fELF\0")
        node.say(status())
        cases.check("a library that tells no version counts as right", registered(node) and becomes(node, "Healthy"), process.said())


def explicit(cases, api, program):
    """The kubelet keeps the answer across reboots: it has to be a path that every boot has. What a container has is what it leads to."""
    with running(api, program, "--mode=explicit", say=status()) as (node, process):
        node.spec_file.unlink()
        if not cases.check("explicit: healthy without a spec", registered(node) and becomes(node, "Healthy"), process.said()):
            return

        def mounted():
            (one,) = node.kubelet.plugin.allocate(["onload-0"])
            return [(mount.host_path, mount.container_path) for mount in one.mounts]

        stays = [(str(node.libraries), str(node.libraries))]
        cases.equal("explicit: the path that stays is mounted", mounted(), stays)
        node.stage("8.1.2", "8.1.2-staged-again")
        cases.equal("explicit: also after an exchange", mounted(), stays)
        node.stage("9.0.1")
        cases.check("explicit: which leads to another version than the module's: unhealthy", becomes(node, "Unhealthy"), process.said())


def control_plane(cases, api, program):
    reason = "/usr/local/sbin/onload_cp_server is not there, and without its control plane server Onload accelerates nothing"
    lacking = status(state="degraded", reason_code="control-plane", reason=reason)
    with running(api, program, say=status()) as (node, process):
        if not cases.check("control plane: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        away_and_back(
            cases, node, process, "no control plane server", lambda: node.say(lacking), lambda: node.say(status()), reason
        )
        beside = status(state="degraded", reason_code="name-missing", reason="port 0000:3b:00.0 is p9", control_plane_problem=reason)
        away_and_back(
            cases, node, process, "no control plane server, beside what comes first", lambda: node.say(beside), lambda: node.say(status()), reason
        )
        node.say(status(state="degraded", reason_code="time-daemon", reason="sfptpd has failed"))
        cases.check("degraded for another reason is no reason", not until(lambda: node.kubelet.plugin.health() != "Healthy", 1), process.said())
        shutil.rmtree(node.user)
        cases.check("control plane: and still sees what goes", becomes(node, "Unhealthy"), process.said())


PARTS = (cdi_spec, without_a_spec, libraries, a_library_without_a_version, explicit, control_plane)
