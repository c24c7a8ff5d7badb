# SPDX-License-Identifier: BSD-2-Clause
"""What is on the node already is staged without a registry, and stays there: podman's storage, image ids, folders of images.

Natively, where there is no network but the loopback. Pinned images are in the same storage, which CRI-O shares with podman."""

import json

from harness import check, expect_equal
from harness.image_forms import FOLDER, Forms, expected_content, without_index
from harness.module_images import docker_archive, everything, oci_archive
from harness.staging import StagingNode

LOADED, CARRIED = "localhost/modules:1", "reg.example:5000/openshift-kmm/sfc-module:v8.1.2"
IMAGES = "podman images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort"


class LocalImages:
    """A node with images, each case of which has to leave them as they are."""

    def __init__(self, node):
        self.node, self.machine, self.kernel = node, node.machine, node.machine.kernel
        self.files = everything(self.kernel)
        self.forms = Forms(node, self.files, self.kernel)
        self.machine.write(f"{FOLDER}/modules.docker", docker_archive(self.files, LOADED))
        self.machine.write(f"{FOLDER}/modules.oci", oci_archive(self.files))
        # As packaging/airgap/images leaves it, and as others do.
        self.machine.check(f"skopeo copy -q docker-archive:{FOLDER}/modules.docker dir:{FOLDER}/modules")
        self.machine.check(f"skopeo copy -q oci-archive:{FOLDER}/modules.oci oci:{FOLDER}/layout:v8")

    def images(self):
        return self.machine.check(IMAGES).splitlines()

    def staged_from(self, what, source):
        before = self.images()
        self.node.forget()
        done = self.node.stage(source)
        check(f"{what}: it is staged", done.rc == 0 and f"staged: modules for kernel {self.kernel}" in done.stdout, done)
        expect_equal(f"{what}: what is staged is what was in it", without_index(self.node.content()), expected_content(self.files, self.kernel))
        expect_equal(f"{what}: podman has the images that it had", self.images(), before)
        expect_equal(f"{what}: and no container", self.machine.check("podman ps -aq", 60), "")

    def refused(self, what, source, *words, rc=1):
        done = self.node.stage(source)
        check(f"{what}: it ends with {rc} and says {' and '.join(words)}", done.rc == rc and all(word in done.stderr for word in words), done)


def folders(local):
    for what, source in (
        ("a folder of `skopeo copy dir:`", f"{FOLDER}/modules"),
        ("a folder of dir:", f"dir:{FOLDER}/modules"),
        ("an OCI layout", f"{FOLDER}/layout"),
        ("an OCI layout by its tag", f"oci:{FOLDER}/layout:v8"),
    ):
        local.staged_from(what, source)
    tree = local.node.trees()["trees"][0]
    expect_equal("trees tells the source as it was given", tree["source"], f"oci:{FOLDER}/layout:v8")
    local.machine.check(f"mkdir -p {FOLDER}/plain && touch {FOLDER}/plain/manifest.json")
    local.refused("a folder that is no image", f"dir:{FOLDER}/plain", "is no image")
    local.refused("a folder that is no layout", f"oci:{FOLDER}/modules", "is no image")
    local.refused("a folder that is not there", f"dir:{FOLDER}/missing", "there is no folder")


def storage(local):
    """The same images again, now that podman has them, in every way in which a person would name them."""
    machine = local.machine
    machine.check(f"podman load -q -i {FOLDER}/modules.docker && skopeo copy -q dir:{FOLDER}/modules containers-storage:{CARRIED}")
    image = machine.check(f"podman image inspect --format '{{{{.Id}}}}' {LOADED}")
    for what, source in (
        ("an image in podman's storage", LOADED),
        ("one of a registry that does not answer", CARRIED),
        ("one of podman's by its transport", f"containers-storage:{CARRIED}"),
        ("one by its id", f"sha256:{image}"),
        ("one by a short id", image[:12]),
        ("one by its digest", f"{CARRIED.rpartition(':')[0]}@{machine.check(digest_of(LOADED), 60)}"),
        ("an archive of what podman has", f"docker-archive:{FOLDER}/modules.docker"),
        ("a folder of what podman has", f"dir:{FOLDER}/modules"),
    ):
        local.staged_from(what, source)
    done = local.node.stage(CARRIED)
    check("it is said that no registry is asked", "no registry is asked" in done.stderr, done)
    local.refused("a registry that is demanded", f"docker://{CARRIED}", "cannot pull")
    local.refused("an image that podman has not", "containers-storage:reg.example/a/b:1", "podman's storage has no")
    local.refused("an id that podman has not", "0123456789ab", "podman's storage has no")


def left_by_a_killed_run(local):
    """What it has pulled is not the node's own: it goes before anybody could take it for that."""
    local.machine.check(f"podman tag {CARRIED} localhost/onload-node-stage:pulled && podman untag {CARRIED} {LOADED}")
    local.refused("an image that a killed run has left", CARRIED, "cannot pull")
    expect_equal("it is gone", local.images(), [])


def digest_of(image):
    return f"podman image inspect --format '{{{{.Digest}}}}' {image}"


def configured(local):
    """Staged once, and anew when the folder has another image."""
    node, folder = local.node, f"{FOLDER}/modules"
    node.forget()
    node.configure(f'[stage]\nsource = "dir:{folder}"\n')
    only = f"--kernel {local.kernel}"
    check("a configured folder is staged", node.stage(only).rc == 0)
    check("and then there is nothing to stage", "nothing to stage" in node.stage(only).stdout)
    manifest = json.loads(local.machine.read(f"{folder}/manifest.json"))
    local.machine.write(f"{folder}/manifest.json", json.dumps(manifest | {"annotations": {"another": "image"}}))
    done = node.stage(only)
    check("another image in the folder is staged anew", done.rc == 0 and "staged: modules" in done.stdout, done)
    node.configure("")


def scenario(lab):
    local = LocalImages(StagingNode.native(lab))
    folders(local)
    storage(local)
    left_by_a_killed_run(local)
    configured(local)
