# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is wrong with an image, a registry or the disk: `stage` says what, and what was staged before is as it was.

Natively; with --full on the booted node, too. Two of them are tried there by `no-registry`."""

import base64
import hashlib
import json
import shutil

from harness import check, expect_equal, note, refused_images
from harness.module_images import module_files, oci_archive, tar_of
from harness.product import BINARY
from harness.refused_images import FOLDER, Refusals
from harness.registry import Authority, Registry
from harness.scratch_images import oci_image, write_registry_store
from harness.staging import StagingNode

PINS = "/etc/onload-node/modules.sha256"
HOST, PORT, USER, PASSWORD = "cluster.test", 5001, "puller", "sha256~secret"
AUTHFILE, OTHER_AUTHFILE = "/root/auth.json", "/root/other-auth.json"
CERTIFICATE = f"/etc/containers/certs.d/{HOST}:{PORT}/ca.crt"
WITH_AUTH = f"--authfile {AUTHFILE}"
LARGE = 60_000_000  # takes podman about a second natively


def bad_archives(errors):
    for case, data, *words in refused_images.bad_archives(errors.kernel, errors.files):
        errors.refused(case, errors.bring("bad", data), *words)
    archive = oci_archive(errors.files)
    errors.refused("an OCI archive that is cut off", f"oci-archive:{errors.bring('bad.oci', archive[: len(archive) // 2])}", "bad.oci")
    errors.refused("a file that is not there", f"{FOLDER}/missing.tar", "there is no such file")
    errors.refused("an OCI archive that is not there", f"oci-archive:{FOLDER}/missing.oci", "there is no file")
    errors.refused("a kernel that it does not have", f"{FOLDER}/good.tar --kernel 9.9.9", "no modules for kernel 9.9.9")


def bad_words(errors):
    errors.refused("two sources", "/a /b", "does not take", rc=64)
    errors.node.configure("[stage]\nkeep = 0\n")
    errors.refused("a wrong configuration", f"{FOLDER}/good.tar", "stage.keep", rc=78)
    errors.node.configure("")


# --- the pins


def bad_pins(errors):
    """With pins the digests count, also of what is only being staged."""
    machine, kernel = errors.machine, errors.kernel
    modules = {path.removeprefix("opt/lib/modules/"): content for path, content in errors.files.items() if ".ko" in path}

    def pin(modules):
        machine.write(PINS, "".join(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in modules.items()))

    pin(modules | {f"{kernel}/extra/onload.ko": b"another build"})
    digest = hashlib.sha256(modules[f"{kernel}/extra/onload.ko"]).hexdigest()
    errors.refused("a module that is pinned to other bytes", f"{FOLDER}/good.tar", f"onload.ko has SHA-256 {digest}")
    pin(modules)
    done = errors.node.stage(f"{FOLDER}/good.tar")
    check("modules that are pinned to their bytes are staged", done.rc == 0, done)
    for way in ("--tag", "--binary", "--zero"):
        machine.check(f"cd /opt/lib/modules && sha256sum {way} */extra/*.ko* >{PINS}")
        done = errors.node.stage(f"{FOLDER}/good.tar")
        check(f"so they are by a file of sha256sum {way}", done.rc == 0, done)
    machine.check(f"rm {PINS}")


# --- the disk


def bad_disk(errors):
    machine = errors.machine
    machine.check("cp -a /opt /root/opt && mount -t tmpfs -o size=600k,mode=755 tmpfs /opt && cp -a /root/opt/. /opt/")
    big = {f"opt/onload/part-{number}": bytes([number]) * 50_000 for number in range(30)}
    errors.refused("a full disk", errors.bring("big.tar", tar_of(errors.files | big)), "No space left on device", content=False)
    expect_equal("a full disk: what was staged is as it was", errors.changes(), [])
    check("a full disk: there is room again", machine.run("head -c 100000 /dev/zero >/opt/room && rm /opt/room").ok)
    machine.check("umount /opt && mount --bind /opt /opt && mount -o remount,bind,ro /opt")
    errors.refused("a read-only /opt", f"{FOLDER}/good.tar", "Read-only file system", "/opt")
    machine.check("umount /opt")


def somebody_else(errors):
    machine = errors.machine
    machine.check(f"mkfifo {FOLDER}/slow.tar; setsid {BINARY} stage {FOLDER}/slow.tar >/run/first.log 2>&1 </dev/null & echo $! >/run/first.pid")
    machine.check("until [ -s /var/lib/onload-node/stage.lock ]; do sleep 0.1; done")
    pid = machine.check("cat /run/first.pid")
    errors.refused("another stage", f"{FOLDER}/good.tar", f"another stage is running (pid {pid})", content=False)
    done = machine.run(f"{BINARY} stage --root /proc/1/root {FOLDER}/good.tar")
    check("another stage: a stager that sees the node below another root waits its turn, too", done.rc == 1 and "another stage is running" in done.stderr, done)
    machine.check(f"kill {pid}; rm {FOLDER}/slow.tar")
    done = errors.node.stage(f"{FOLDER}/good.tar")
    check("another stage: when it has ended, the next one works", done.rc == 0, done)


# --- the registry


def registry_for(lab, errors):
    machine, folder = errors.machine, lab.folder
    authority = Authority(folder / "authority")
    registry = Registry(machine, HOST, PORT, authority, USER, PASSWORD)
    images = [
        oci_image("a/empty", "1", {"etc/hostname": b"x"}),
        oci_image("a/other", "1", module_files("9.9.9")),
        oci_image("a/evil", "1", errors.files | {"opt/onload/evil": "../../etc"}),
        oci_image("a/large", "1", errors.files | {"usr/share/large": noise(LARGE)}),
    ]
    store = folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    write_registry_store(store, images)
    machine.push(store, registry.store)
    machine.push(authority.certificate, CERTIFICATE)
    for path, password in ((AUTHFILE, PASSWORD), (OTHER_AUTHFILE, "wrong")):
        token = base64.b64encode(f"{USER}:{password}".encode()).decode()
        machine.write(path, json.dumps({"auths": {registry.address: {"auth": token}}}), 0o600)
    registry.start()
    return registry


def noise(size):
    """Bytes that do not compress, the same at each run."""
    import random

    return random.Random(1).randbytes(size)


def bad_images(lab, errors, registry):
    address = registry.address
    errors.refused("an unknown image", f"{address}/a/missing:1 {WITH_AUTH}", f"{address}/a/missing:1", "no such image")
    errors.refused("no credentials", f"{address}/a/other:1", "wants credentials")
    errors.refused("wrong credentials", f"{address}/a/other:1 --authfile {OTHER_AUTHFILE}", "credentials", OTHER_AUTHFILE)
    errors.refused("no modules in the image", f"{address}/a/empty:1 {WITH_AUTH}", "nothing to stage")
    errors.refused("the image is for another kernel", f"{address}/a/other:1 {WITH_AUTH}", "for other kernels only")
    errors.refused("a link out in the image", f"{address}/a/evil:1 {WITH_AUTH}", "leads out of its tree")
    other = Authority(lab.folder / "other-authority")
    errors.machine.check(f"mv {CERTIFICATE} /root/ca.crt")
    errors.refused("an authority unknown here", f"{address}/a/other:1 {WITH_AUTH}", "certificate", "ca.crt")
    errors.machine.push(other.certificate, CERTIFICATE)
    errors.refused("another authority", f"{address}/a/other:1 {WITH_AUTH}", "certificate", "ca.crt")
    errors.machine.check(f"mv /root/ca.crt {CERTIFICATE}")


# What has come over the loopback, by its counter of received bytes.
KILLER = """
came() {{
    local name bytes
    while read -r name bytes _; do
        [ $name = lo: ] && came=$bytes
    done </proc/net/dev
}}
came
begin=$came
for i in $(seq 4000); do
    came
    now=$((came - begin))
    [ $now -gt 2000000 ] && break
    sleep 0.01
done
{kill}
echo $now >/run/killed
"""


def registry_goes_away(errors, registry):
    """It is killed once a first part of the image has come over the loopback; what is not there yet is most of it."""
    machine = errors.machine
    machine.write("/run/killer", KILLER.format(kill=registry.daemon.kill_command))
    machine.check("rm -f /run/killed; setsid bash /run/killer >/dev/null 2>&1 </dev/null &")
    errors.refused("a registry that goes away in the middle", f"{registry.address}/a/large:1 {WITH_AUTH}", f"cannot pull {registry.address}/a/large:1")
    came = int(machine.check("cat /run/killed"))
    check("a registry that goes away in the middle: it had begun, and not ended", 2_000_000 <= came < LARGE - 5_000_000, came)
    errors.refused("a registry that is down", f"{registry.address}/a/other:1 {WITH_AUTH}", "does not answer")


def all_errors(lab, node):
    errors = Refusals(node)
    bad_archives(errors)
    bad_words(errors)
    bad_pins(errors)
    bad_disk(errors)
    somebody_else(errors)
    registry = registry_for(lab, errors)
    bad_images(lab, errors, registry)
    registry_goes_away(errors, registry)


def scenario(lab):
    all_errors(lab, StagingNode.native(lab))
    if lab.full:
        note("the same on the booted node")
        all_errors(lab, StagingNode.delivered(lab, functions=2))
