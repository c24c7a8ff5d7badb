# SPDX-License-Identifier: BSD-2-Clause
"""The registry that is configured need not answer: `stage` takes the image from the mirrors of the node's registries.conf.

By tag and by digest, of which each has mirrors of its own, with the kubelet's pull secret. Where none has it, the reason names
each registry that podman asked. Natively: registries.conf is written as the machine-config operator writes it."""

import base64
import json
import shutil

from harness import check, expect_equal
from harness.image_forms import expected_content, without_index
from harness.module_images import everything
from harness.product import BINARY
from harness.refused_images import Refusals
from harness.registry import Authority, Registry
from harness.scratch_images import digest_of, oci_image, write_registry_store
from harness.staging import StagingNode

USER, PASSWORD = "puller", "sha256~secret"
# Nothing listens where the image is said to be, nor at the first mirror.
SOURCE, DOWN = "registry.test:5002/onload", "down.test:5003/onload"
HOST, PORT = "mirror.test", 5001
NAME = "node-bundle"
# Where the kubelet has them: nothing of ours names this file.
KUBELET = "/var/lib/kubelet/config.json"
REGISTRIES = "/etc/containers/registries.conf"
CERTIFICATE = f"/etc/containers/certs.d/{HOST}:{PORT}/ca.crt"
# A node without a network cannot ask for names.
HOSTS = "for host in registry.test down.test; do echo 127.0.0.1 $host >>/etc/hosts; done"


class Mirrored:
    """A node whose registry does not answer, and a mirror that does."""

    def __init__(self, lab):
        self.errors = Refusals(StagingNode.native(lab))
        self.node, self.machine, self.kernel = self.errors.node, self.errors.machine, self.errors.kernel
        self.files = everything(self.kernel)
        # Other bytes behind the tag and behind the digest: one cannot stand in for the other.
        self.tagged, self.pinned = (oci_image(f"mirrored/{NAME}", f"v1-{what}", self.files | {"etc/which": what.encode()}) for what in ("tagged", "pinned"))
        self.by_tag = f"{SOURCE}/{NAME}:v1-tagged"
        self.by_digest = f"{SOURCE}/{NAME}@{self.pinned.digest}"
        self.registry = self.mirror(lab)
        self.machine.check(HOSTS)
        self.pull_secret(PASSWORD)

    def mirror(self, lab):
        authority = Authority(lab.folder / "authority")
        registry = Registry(self.machine, HOST, PORT, authority, USER, PASSWORD)
        store = lab.folder / "store"
        shutil.rmtree(store, ignore_errors=True)
        write_registry_store(store, [self.tagged, self.pinned])
        self.machine.push(store, registry.store)
        self.machine.push(authority.certificate, CERTIFICATE)
        return registry

    def pull_secret(self, password):
        token = base64.b64encode(f"{USER}:{password}".encode()).decode()
        self.machine.write(KUBELET, json.dumps({"auths": {self.registry.address: {"auth": token}}}), 0o600)

    def mirrors(self, *kinds, blocked=False, insecure=False):
        """A mirror that is down, then ours, for each kind; `blocked`: NeverContactSource."""
        lines = ["[[registry]]", 'prefix = ""', f'location = "{SOURCE}"', *(["blocked = true"] if blocked else [])]
        for kind in kinds:
            for location in (DOWN, f"{self.registry.address}/mirrored"):
                lines += ["[[registry.mirror]]", f'location = "{location}"', f'pull-from-mirror = "{kind}"',
                          *(["insecure = true"] if insecure else [])]
        self.machine.write(REGISTRIES, "\n".join(lines) + "\n")

    def configured(self, value):
        self.node.configure(f"[stage]\nsource = {value}\n")

    def staged(self, what, source, digest):
        """What is configured comes from the mirror, and is told under the name that it is configured by."""
        self.node.forget()
        done = self.node.stage(f"--kernel {self.kernel}")
        check(f"{what}: it is staged", done.rc == 0 and f"staged: modules for kernel {self.kernel}" in done.stdout, done)
        expect_equal(f"{what}: what is staged is what was in it", without_index(self.node.content()), expected_content(self.files, self.kernel))
        tree = self.node.trees()["trees"][0]
        expect_equal(f"{what}: trees tells the configured name, and the digest", [tree["source"], tree["digest"]], [source, digest])
        expect_equal(f"{what}: nothing is left of container and image", self.node.left_of_staging(), [])
        self.errors.before = self.node.content()

    def refused(self, what, source, *words):
        self.errors.refused(what, f"docker://{source}", f"cannot pull docker://{source}", *words)


def served(node):
    node.mirrors("tag-only", "digest-only")
    node.configured(f'"{node.by_tag}"')
    node.staged("by tag", node.by_tag, node.tagged.digest)
    node.configured(f'{{ "{node.kernel}" = "{node.by_digest}" }}')
    node.staged("by the digest of the kernel", node.by_digest, node.pinned.digest)
    node.mirrors("tag-only", "digest-only", blocked=True)
    node.staged("the registry must not be asked", node.by_digest, node.pinned.digest)
    node.machine.check(f"mv {CERTIFICATE} /root/ca.crt")
    node.mirrors("digest-only", insecure=True)
    node.staged("a mirror that the node calls insecure", node.by_digest, node.pinned.digest)
    node.mirrors("digest-only")
    node.refused("an authority unknown here", node.by_digest, f"{node.registry.address}/mirrored", "certificate", CERTIFICATE.rpartition("/")[2])
    node.machine.check(f"mv /root/ca.crt {CERTIFICATE}")


def on_a_terminal(node):
    """Our line is written over and gone before anything else is said, and podman adds none of its own."""
    node.configured(f'"{node.by_tag}"')
    node.node.forget()
    done = node.machine.run(f"TERM=xterm script -qec 'stty cols 40; {BINARY} stage --kernel {node.kernel}' /dev/null")
    lines = [line.rsplit("\r\x1b[K", 1)[-1] for line in done.stdout.split("\r\n")]
    check("on a terminal: each line begins with what it says, and the last drawing is gone",
          done.rc == 0 and all(line.startswith(("left out: ", "kernel ", "staged: ")) for line in lines[:-1]) and lines[-1] == "", done)
    check("on a terminal: podman's own progress is not there", not any(word in done.stdout for word in ("Copying", "Trying", "Writing")), done)
    node.errors.before = node.node.content()


def of_the_other_kind(node):
    """Two objects: whoever has made the one has not made the other."""
    node.mirrors("digest-only")
    node.refused("a tag, and mirrors for digests", node.by_tag, "does not answer", "no mirror was asked", "ImageTagMirrorSet")
    node.mirrors("tag-only")
    node.refused("a digest, and mirrors for tags", node.by_digest, "does not answer", "no mirror was asked", "ImageDigestMirrorSet")


def asked_in_vain(node):
    """One reason for each registry that was asked, in the order in which they were."""
    down, ours, first = f"{DOWN}/{NAME}", f"{node.registry.address}/mirrored/{NAME}", f"{SOURCE}/{NAME}"
    node.mirrors("tag-only", "digest-only")
    missing = digest_of(b"moved")
    node.refused("a digest that moved", f"{SOURCE}/{NAME}@{missing}", f"{down}@{missing}: the registry does not answer",
                 f"{ours}@{missing}: the registry has no such image", f"{first}@{missing}: the registry does not answer")
    node.pull_secret("wrong")
    node.refused("a pull secret that is not the mirror's", node.by_tag, f"{ours}:v1-tagged: it wants", "credentials", KUBELET)
    node.pull_secret(PASSWORD)
    path = node.pinned.digest.removeprefix("sha256:")
    node.machine.check(f"echo >>{node.registry.store}/docker/registry/v2/blobs/sha256/{path[:2]}/{path}/data")
    node.refused("other bytes than the digest's", node.by_digest, "its content is not what its digest says")
    node.registry.stop()
    node.refused("all of them are down", node.by_tag, *(f"{each}:v1-tagged: the registry does not answer" for each in (down, ours, first)))
    node.mirrors("tag-only", "digest-only", blocked=True)
    node.refused("all mirrors are down", node.by_tag, f"{ours}:v1-tagged: the registry does not answer", f"{first}:v1-tagged: registries.conf forbids it")


def unknown_kernel(node):
    node.configured(f'{{ "5.14.0-1" = "{node.by_digest}", "5.14.0-2" = "{node.by_digest}" }}')
    node.errors.refused("a kernel that the table lacks", "--kernel 5.14.0-3", "nothing for kernel 5.14.0-3; it has 5.14.0-1, 5.14.0-2", rc=78)


def scenario(lab):
    node = Mirrored(lab)
    node.registry.start()
    served(node)
    node.mirrors("tag-only", "digest-only")
    on_a_terminal(node)
    of_the_other_kind(node)
    unknown_kernel(node)
    asked_in_vain(node)
