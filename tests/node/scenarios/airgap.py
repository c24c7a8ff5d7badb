# SPDX-License-Identifier: BSD-2-Clause
"""All images go from one registry to files and from there to another, with the digests they had; `stage` takes the files, too.

The images are made from scratch, under the names and tags of packaging/airgap/images.list. Natively; with --full on the booted
node, too, where `image-to-driver` takes one image all the way to the driver."""

import shutil

from harness import check, expect_equal, note, timed
from harness.module_images import module_files
from harness.paths import NODE, PROJECT
from harness.product import BINARY
from harness.registry import Authority, Registry
from harness.scratch_images import digest_of, docker_image, image_list, oci_image, write_registry_store

IMAGES = "/root/airgap/images"
FILES = "/root/files"
KERNELS = ("5.14.0-284.el9.x86_64", "5.14.0-427.18.1.el9_4.x86_64+rt")
USER, TOKEN = "onload-node", "sha256~scenario"
WITH_KERNELS = " ".join(f"--kernel {kernel}" for kernel in KERNELS)
TRUSTED = "--cert-dir /root/trust"
ONE = "--only sfptpd/"


def all_images():
    """One scratch image for each line of the list, of the kinds that registries hold."""
    images = []
    for line in (PROJECT / "packaging/airgap/images.list").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        # As KMM writes the tags of its images.
        kernel_of = {line.replace("${kernel}", kernel.replace("+", "_")): kernel for kernel in KERNELS}
        for reference in sorted(kernel_of):
            name, tag = reference.rsplit(":", 1)
            files = {"name": reference.encode()}
            if "${kernel}" in line:
                files |= module_files(kernel_of[reference])
            if "." in name.split("/")[0]:
                images.append(image_list(name.partition("/")[2], tag, files))
            else:
                images.append((docker_image, oci_image)[len(images) % 2](name, tag, files))
    return images


def prepare(lab, machine, images):
    """Two registries, the first one filled, and the shipped scripts."""
    authority = Authority(lab.folder / "authority")
    first, second = (
        Registry(machine, host, port, authority, USER, TOKEN) for host, port in (("cluster.test", 5001), ("disconnected.test", 5002))
    )
    store = lab.folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    write_registry_store(store, images)
    machine.push(store, first.store)
    machine.push(PROJECT / "packaging/airgap", "/root/airgap")
    machine.push(NODE / "fixtures/oc", "/usr/local/bin/oc", 0o755)
    machine.push(authority.certificate, "/root/trust/ca.crt")
    machine.write("/root/oc-token", f"{TOKEN}\n")
    return first, second


def run(machine, arguments, timeout=600):
    return machine.run(f"export PATH=/usr/local/bin:$PATH REGISTRY_AUTH_FILE=/root/auth.json; {IMAGES} {arguments}", timeout)


def logging_in(machine, registry):
    machine.write("/root/oc-route", f"{registry.address}\n")
    done = run(machine, f"login {TRUSTED}")
    expect_equal(f"login finds {registry.address} by its route and gets in by token", (done.rc, done.stdout), (0, f"{registry.address}\n"))


def refusals(machine, first):
    refused = run(machine, "login")
    check("a certificate of an authority unknown here is refused at login", refused.rc == 1 and "x509" in refused.stderr, refused)
    refused = run(machine, f"save {ONE} --registry {first.address} {FILES}-refused")
    check("save checks the certificate by default", refused.rc == 1 and "x509" in refused.stderr, refused)
    check("and names the image that it could not save", "1 of 1 images could not be saved" in refused.stderr and "sfptpd/sfptpd" in refused.stderr, refused)
    opted_out = run(machine, f"save {ONE} --tls-verify=false --registry {first.address} {FILES}-unchecked")
    check("the opt-out works and is loud", opted_out.rc == 0 and "WARNING: --tls-verify=false" in opted_out.stderr, opted_out)
    no_kernel = run(machine, f"save --registry {first.address} {FILES}-refused")
    check("without a kernel nothing is saved by halves", no_kernel.rc == 1 and "give --kernel" in no_kernel.stderr, no_kernel)
    left = machine.check(f"ls {FILES}-refused")
    expect_equal("nothing is left of what was refused", [name for name in left.split() if name != "images.txt"], [])


def to_files(machine, first, images):
    with timed(f"saving {len(images)} images"):
        done = run(machine, f"save {WITH_KERNELS} {TRUSTED} --registry {first.address} --base-registry {first.address} {FILES}", 1200)
    expect_equal("all images of the list are saved", done.rc, 0)
    again = run(machine, f"save {ONE} {TRUSTED} --registry {first.address} {FILES}")
    check("what is there already is not fetched again", again.rc == 0 and "is there already" in again.stderr, again)
    expect_equal("and what other runs have saved stays listed", int(machine.check(f"wc -l <{FILES}/images.txt")), len(images))


def names(machine):
    listed = run(machine, f"list {WITH_KERNELS}")
    check("list gives tags that a registry takes", listed.rc == 0 and "+" not in listed.stdout and "el9_4.x86_64_rt\n" in listed.stdout, listed)


def staged(machine):
    """What save has written is what stage takes, by the folder and by its transport."""
    folder = machine.check(f"ls -d {FILES}/*_sfc-module_*_rt")
    for source in (folder, f"dir:{folder}"):
        done = machine.run(f"{BINARY} stage {source} --kernel {KERNELS[1]}")
        check(f"{source.partition('/')[0]}{folder.rpartition('/')[2]}: it is staged",
              done.rc == 0 and f"staged: modules for kernel {KERNELS[1]}" in done.stdout, done)
    expect_equal("and podman has no image of it", machine.check("podman images -q", 60), "")


def tampering(machine, second, images):
    """What changed on the way is not pushed."""
    victim = next(image for image in images if image.name == "sfptpd/sfptpd")
    folder = f"{FILES}/sfptpd_sfptpd_{victim.tag}"
    blob = f"{folder}/{digest_of(victim.blobs[1]).removeprefix('sha256:')}"
    for what, path, words in (("a layer", blob, "igest"), ("a manifest", f"{folder}/manifest.json", "is not what was saved")):
        machine.check(f"cp {path} /root/kept && printf X | dd of={path} bs=1 seek=20 conv=notrunc status=none")
        done = run(machine, f"push {ONE} {TRUSTED} --registry {second.address} {FILES}")
        check(f"{what} that was changed on the way is refused", done.rc == 1 and words in done.stderr, done)
        machine.check(f"cp /root/kept {path}")
    expect_equal("and its tag does not appear", machine.run(f"find {second.store} -name link -path '*tags*'").stdout, "")


def to_registry(machine, second, images):
    wanted = {f"{image.name}:{image.tag}": image.digest for image in images}
    with timed(f"pushing {len(images)} images"):
        done = run(machine, f"push {TRUSTED} --registry {second.address} {FILES}", 1200)
    expect_equal("all of them are pushed", done.rc, 0)
    expect_equal("the script tells each with its digest", sorted(done.stdout.split()),
                 sorted(f"{second.address}/{name}@{digest}" for name, digest in wanted.items()))
    expect_equal("the other registry has every image under the digest it had", second.digests(), wanted)
    blobs = {digest_of(blob) for image in images for blob in [*image.blobs, *image.manifests]}
    expect_equal("with every layer, for every platform", blobs - second.blobs(), set())


def all_of_it(lab, machine):
    images = all_images()
    first, second = prepare(lab, machine, images)
    first.start()
    logging_in(machine, first)
    refusals(machine, first)
    names(machine)
    to_files(machine, first, images)
    staged(machine)
    first.stop()
    gone = run(machine, f"save {ONE} {TRUSTED} --registry {first.address} {FILES}-gone")
    check("a registry that is gone is an error that says which image is missing", gone.rc == 1 and "sfptpd/sfptpd" in gone.stderr, gone)
    second.start()
    logging_in(machine, second)
    tampering(machine, second, images)
    to_registry(machine, second, images)


def scenario(lab):
    all_of_it(lab, lab.root())
    if lab.full:
        note("the same on the booted node")
        machine = lab.unstaged()
        all_of_it(lab, machine)
