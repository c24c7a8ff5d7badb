# SPDX-License-Identifier: BSD-2-Clause
"""From an image in a registry, over TLS and with a password, to the driver: at once; with --full by the next boot, too.

The registries are on the node's own loopback; the image is carried from one to the other as files. What is configured is staged
once; a registry that is asked for nothing may be down. That the next boot has what was staged is always shown by `no-registry`."""

import base64
import json
import re
import shutil

from harness import check, expect_equal, timed
from harness.module_images import module_files, user_files
from harness.paths import PROJECT
from harness.product import STAGED_MODULES
from harness.registry import Authority, Registry
from harness.scratch_images import oci_image, write_registry_store
from harness.staging import StagingNode

CONNECTED = "connected.test"
HOST, PORT, USER, PASSWORD = "cluster.test", 5001, "puller", "sha256~secret"
# The one that packaging/airgap/images saves.
SOURCES = (PROJECT / "packaging/onload-sources.conf").read_text(encoding="utf-8")
RELEASE = re.search(r"^ONLOAD_TAG=(.+)$", SOURCES, re.MULTILINE)[1]
NAME, TAG = "openshift-kmm/sfc-module", f"{RELEASE}-{{kernel}}"
AUTHFILE = "/root/auth.json"
SOURCE = f"{HOST}:{PORT}/{NAME}:{RELEASE}-${{kernel}}"
CONFIGURED = f'[stage]\nsource = "{SOURCE}"\nauthfile = "{AUTHFILE}"\n'
NOW = f'{CONFIGURED}then = "now"\n'


def registries(lab, machine, image):
    """The one where the internet is, with the image, and the cluster's own, empty; both by the same authority and user."""
    authority = Authority(lab.folder / "authority")
    connected, cluster = (Registry(machine, host, port, authority, USER, PASSWORD) for host, port in ((CONNECTED, 5002), (HOST, PORT)))
    store = lab.folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    write_registry_store(store, [image])
    machine.push(store, connected.store)
    machine.push(authority.certificate, f"/etc/containers/certs.d/{HOST}:{PORT}/ca.crt")
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    machine.write(AUTHFILE, json.dumps({"auths": {each.address: {"auth": token} for each in (connected, cluster)}}), 0o600)
    return connected, cluster


def carried(machine, connected, cluster, image, kernel):
    """From registry to file to registry, as without internet. All images of the list go this way natively, in `airgap`."""
    machine.push(PROJECT / "packaging/airgap", "/root/airgap")
    machine.check("mkdir -p /root/trust && cp /etc/containers/certs.d/*/ca.crt /root/trust/")
    options = f"--only /sfc-module: --authfile {AUTHFILE} --cert-dir /root/trust"
    connected.start()
    saved = machine.run(f"/root/airgap/images save {options} --kernel {kernel} --registry {connected.address} /root/files")
    check("the image is saved", saved.rc == 0, saved)
    connected.stop()
    cluster.start()
    pushed = machine.run(f"/root/airgap/images push {options} --registry {cluster.address} /root/files")
    expect_equal("and pushed with the digest it had", (pushed.rc, pushed.stdout),
                 (0, f"{cluster.address}/{NAME}:{image.tag}@{image.digest}\n"))


def staged_by_reference(node, kernel, digest):
    with timed("staging from the registry"):
        done = node.stage()
    check("what is configured is staged from the registry", done.rc == 0 and f"staged: modules for kernel {kernel}" in done.stdout, done)
    tree = node.trees()["trees"][0]
    expect_equal("trees tells image and digest", [tree["source"], tree["digest"]], [SOURCE.replace("${kernel}", kernel), digest])
    expect_equal("nothing is left of container and image", node.left_of_staging(), [])
    for program in ("sfptpd", "onload_cp_server"):
        check(f"{program} can be run", node.machine.run(f"test -x /usr/local/sbin/{program}").ok)


def complete(node):
    """One image with all of it completes a node."""
    status, onload = node.status(), "/sys/module/onload"
    check("Onload is loaded", node.machine.run(f"test -d {onload}").ok)
    server = node.machine.check(f"cat {onload}/parameters/cplane_server_path")
    check("its control plane server is where the module looks for it", node.machine.run(f"test -x {server}").ok, server)
    check("containers are offered it", status["cdi"]["problem"] == "" and node.machine.run(f"test -s {status['cdi']['spec']}").ok, status)
    expect_equal("sfptpd keeps the clock", (status["time"]["state"], node.machine.check("systemctl is-active sfptpd")), ("active", "active"))


def only_once(node, registry):
    registry.stop()
    done = node.stage()
    check("then there is nothing to stage, and no registry is asked", done.rc == 0 and "nothing to stage" in done.stdout, done)


def out_of_tree(node, kernel, what):
    expect_equal(f"{what}: the node is active", node.status()["state"], "active")
    expect_equal(f"{what}: the kernel has the staged modules",
                 {module: node.loaded_build_id(module) for module in STAGED_MODULES}, node.staged_build_ids(kernel))
    expect_equal(f"{what}: the ports have their names", node.names(), ["ens8f0", "ens8f1"])


def by_the_next_boot(node, registry, kernel, digest):
    """And taken back again."""
    node.configure(CONFIGURED)
    staged_by_reference(node, kernel, digest)
    node.machine.reboot()
    node.machine.wait_booted()
    out_of_tree(node, kernel, "after the reboot")
    complete(node)
    node.machine.check("onload-node revert --live")
    registry.start()
    node.forget()


def below_the_default_route(node, kernel):
    """`then = "now"`, but never for the ports that the node itself is reached by."""
    machine = node.machine
    node.configure(NOW)
    machine.check("ip link set ens8f0 up && ip address add 198.51.100.2/24 dev ens8f0 && ip route add default via 198.51.100.1")
    done = node.stage()
    check("below the default route nothing is swapped", done.rc == 0 and "the node's default route runs over ens8f0" in done.stdout, done)
    expect_equal("and the in-tree driver stays", node.loaded_build_id("sfc"), node.in_tree_build_id(kernel))
    machine.check("ip route del default && ip address flush dev ens8f0 && ip link set ens8f0 down")
    node.forget()


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    image = oci_image(NAME, TAG.format(kernel=lab.kernel), module_files(lab.kernel) | user_files())
    connected, registry = registries(lab, node.machine, image)
    carried(node.machine, connected, registry, image, lab.kernel)
    if lab.full:
        by_the_next_boot(node, registry, lab.kernel, image.digest)
        below_the_default_route(node, lab.kernel)
    node.configure(NOW)
    staged_by_reference(node, lab.kernel, image.digest)
    out_of_tree(node, lab.kernel, "at once")
    complete(node)
    only_once(node, registry)
