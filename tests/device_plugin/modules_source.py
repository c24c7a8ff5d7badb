# SPDX-License-Identifier: BSD-2-Clause
"""A node without onload-node: the kernel says that Onload is loaded, as where KMM loads it."""

from kubelet import until
from node import DEVICES
from running import away_and_back, becomes, registered, running


def modules(cases, api, program):
    with running(api, program, "--source=modules", "--topology=nodes", start=False) as (node, start):
        node.spec_file.unlink()
        node.load()
        node.ports(0, 1)
        process = start()
        if not cases.check("modules: healthy without a status and without a spec", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        (one,) = node.kubelet.plugin.allocate(["onload-0"])
        cases.equal("modules: the device nodes", [device.host_path for device in one.devices], DEVICES)
        cases.equal("modules: the libraries", [(mount.host_path, mount.container_path) for mount in one.mounts], [(str(node.libraries), str(node.libraries))])
        cases.check("modules: no CDI device", not one.cdi_devices, one)
        cases.equal("modules: the NUMA nodes of the driver's ports", node.kubelet.plugin.numa_nodes, [0, 1])
        device = node.dev / "onload"

        def gone():
            node.unload()
            device.unlink()

        def loading():
            node.load(state="Loading")
            node.make_device("/dev/onload")

        away_and_back(cases, node, process, "rmmod", gone, lambda: (node.load(), node.make_device("/dev/onload")), "Onload is not loaded")
        gone()
        cases.check("rmmod once more", becomes(node, "Unhealthy"), process.said())
        loading()
        cases.check("a device before its module is alive: not yet", not until(lambda: node.kubelet.plugin.health() == "Healthy", 1), process.said())
        node.load()
        cases.check("the module has come alive: noticed", becomes(node, "Healthy"), process.said())
        node.load(version="9.0.1")
        node.stage("8.1.2")
        cases.check("libraries of another version than the kernel's module", process.says("of version 8.1.2, the loaded Onload is 9.0.1"), process.said())
        text = process.get("/metrics")[2]
        cases.check("modules: metrics have the module", 'onload_node_module_info{module="onload",origin="out-of-tree",version="9.0.1"} 1' in text, text)
        cases.check("modules: and nothing of a status that is not there", "onload_node_status_valid" not in text and "onload_node_state" not in text, text)


def server(cases, api, program):
    """Where Onload's control plane server can be seen, it has to be there, and where Onload looks for it."""
    with running(api, program, start=False) as (node, start):
        path = node.root / "sbin" / "onload_cp_server"
        path.parent.mkdir()
        path.touch(mode=0o755)
        node.load(server=path)
        process = start("--source=modules", f"--control-plane-server={path}")
        if not cases.check("a control plane server: healthy", registered(node) and becomes(node, "Healthy"), process.said()):
            return
        away_and_back(cases, node, process, "no control plane server", path.unlink, lambda: path.touch(mode=0o755), f"{path} is not there")
        away_and_back(cases, node, process, "one that nobody may execute", lambda: path.chmod(0o644), lambda: path.chmod(0o755), "cannot be executed")
        node.load(server="")
        path.chmod(0o700)
        words = "looks for its control plane server at /sbin/onload_cp_server"
        cases.check("Onload was not told where it is: unhealthy, with the parameter to give", becomes(node, "Unhealthy") and process.says(words), process.said())


PARTS = (modules, server)
