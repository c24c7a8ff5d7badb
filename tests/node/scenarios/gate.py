# SPDX-License-Identifier: BSD-2-Clause
"""The gate before an upgrade tells, while the node still runs the old kernel, whether the next release's would take what is staged.

The release is given as it comes: unpacked, as archives, as an image in a registry, in the layouts of an OS image, of ostree and of the
driver toolkit. Then the machine-config daemon's order is replayed on a booted node: drain first, the new kernel pending after that."""

import gzip
import itertools
import json
import random
import shutil
import tarfile

from harness import check, expect_equal, note, paths
from harness.exit_status import IN_TREE
from harness.module_images import docker_archive, member, oci_archive, tar_of
from harness.product import BINARY, Product
from harness.registry import Authority, Registry
from harness.scratch_images import image_list, oci_image, write_registry_store
from harness.staging import StagingNode

FOLDER = "/root/release"
HOST, PORT, USER, PASSWORD = "quay.test", 5003, "puller", "sha256~secret"
AUTHFILE = "/root/auth.json"
GATE = "/var/lib/onload-node/gate"
SERVER = "/usr/local/sbin/onload_cp_server"
GUARD = "/var/lib/onload-node/guard.toml"


def release_files():
    """Path -> bytes of what an OS image of the next release has of its kernel."""
    top = paths.NEXT_FILES
    return {str(path.relative_to(top)): path.read_bytes() for path in sorted((top / "usr").rglob("*")) if path.is_file()}


def symvers_of(files):
    (path,) = (path for path in files if path.endswith("/symvers.gz"))
    return path, gzip.decompress(files[path])


def with_other_crc(files):
    """The same kernel with another type behind a symbol that every module needs."""
    path, text = symvers_of(files)
    lines = text.splitlines(keepends=True)
    changed = [b"0x00c0ffee" + line[10:] if b"\tmodule_layout\t" in line else line for line in lines]
    check("the symbol is there to be changed", changed != lines)
    return files | {path: gzip.compress(b"".join(changed), mtime=0)}


def without_symvers(files):
    path, _ = symvers_of(files)
    return {name: content for name, content in files.items() if name != path}


def toolkit_files(files, kernel, other):
    """As the driver toolkit has them: headers of two kernels, and a file that says which is which."""
    _, text = symvers_of(files)
    names = {"KERNEL_VERSION": other, "RT_KERNEL_VERSION": kernel}
    return {
        "etc/driver-toolkit-release.json": json.dumps(names).encode(),
        f"usr/src/kernels/{kernel}/Module.symvers": text,
        f"usr/src/kernels/{other}/Module.symvers": text,
        f"usr/src/kernels/{kernel}/.config": b"CONFIG_X86_64=y\nCONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n",
    }


def ostree_tar(files):
    """Each file is a hard link to an object, which comes first: so podman exports an image of ostree."""
    objects = {f"sysroot/ostree/repo/objects/00/{number}.file": content for number, content in enumerate(files.values())}
    links = [member(path, tarfile.LNKTYPE, target) for path, target in zip(files, objects)]
    return tar_of(objects, *links)


class Gate:
    """`verify --for-release` on a node, and what it leaves."""

    def __init__(self, node, kernel):
        self.node, self.machine, self.kernel = node, node.machine, kernel

    def ask(self, release, options=""):
        return self.node.run(f"verify --for-release {release} {options}")

    def passes(self, what, release, options=""):
        done = self.ask(release, options)
        check(f"{what}: 0", done.rc == 0 and "FAILED" not in done.stdout, (done.rc, done.stdout, done.stderr))
        rows = {line[15:34].strip() for line in done.stdout.splitlines()}
        check(f"{what}: the table has a line for each check", {"kernel", "tree", "modules", "vermagic", "symbols", "signature"} <= rows, done.stdout)
        check(f"{what}: the kernel is the release's", f"{self.kernel}, of {release}" in done.stdout, done.stdout)
        self.leaves_nothing(what)

    def refuses(self, what, release, code, words, options=""):
        done = self.ask(release, f"--json {options}")
        check(f"{what}: {IN_TREE}", done.rc == IN_TREE, (done.rc, done.stdout, done.stderr))
        failed = [each for each in json.loads(done.stdout)["checks"] if each["verdict"] == "failed" and each["mandatory"]]
        expect_equal(f"{what}: with its reason", failed[0]["reason_code"] if failed else None, code)
        told = "; ".join(failed[0][part] for part in ("text", "advice") if failed[0][part]) if failed else ""
        check(f"{what}: what, where and what to do", words in told and "; " in told, failed)
        self.leaves_nothing(what)

    def fails(self, what, release, words, options=""):
        done = self.ask(release, options)
        check(f"{what}: 1, and says {words}", done.rc == 1 and words in done.stderr, (done.rc, done.stdout, done.stderr))
        self.leaves_nothing(what)

    def leaves_nothing(self, what):
        left = self.machine.run(f"ls -d {GATE} /var/lib/onload-node/pull /var/tmp/{{storage,oci}}[0-9]* 2>/dev/null; podman ps -aq; podman images --format '{{{{.ID}}}} {{{{.Repository}}}}:{{{{.Tag}}}}'").stdout
        expect_equal(f"{what}: nothing is left of it on the node", left, "")


def unpacked(gate, files):
    machine, kernel = gate.machine, gate.kernel
    machine.check(f"mkdir -p {FOLDER} && tar -x -C {FOLDER}", 60, tar_of(files))
    gate.passes("an unpacked tree", FOLDER)
    gate.passes("the folder of one kernel", f"{FOLDER}/usr/lib/modules/{kernel}")
    gate.refuses("a kernel that the release has not", FOLDER, "kernel-unknown", f"kernel 5.14.0-1 is not in {FOLDER}, which has {kernel}",
                 "--kernel 5.14.0-1")
    gate.refuses("a folder of something else", "/etc/systemd", "kernel-unknown", "has no kernel")
    path, symvers = symvers_of(files)
    machine.write(f"{FOLDER}/{path}", files[path][: len(files[path]) // 2])
    gate.refuses("a symvers file that is cut off", FOLDER, "no-symvers", "cannot use")
    machine.write(f"{FOLDER}/headers/Module.symvers", symvers)
    machine.write(f"{FOLDER}/headers/.config", "CONFIG_ARM64=y\nCONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n")
    gate.refuses("a kernel for another processor", f"{FOLDER}/headers", "wrong-machine", "ELF machine 183", f"--kernel {kernel}")
    machine.write(f"{FOLDER}/headers/.config", "CONFIG_X86_64=y\nCONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\nCONFIG_MODULE_SIG_FORCE=y\n")
    gate.refuses("a kernel that was built to demand signatures", f"{FOLDER}/headers", "signature", "CONFIG_MODULE_SIG_FORCE", f"--kernel {kernel}")


def archives(gate, files):
    machine, kernel = gate.machine, gate.kernel
    other = machine.kernel
    for what, source, content in (
        ("an OCI archive of an OS image", "oci-archive:/root/os.oci", oci_archive(files)),
        ("an image of ostree", "/root/ostree.tar", ostree_tar(files)),
    ):
        machine.write(source.partition(":")[2] or source, content)
        gate.passes(what, source)
    machine.write("/root/toolkit.docker", docker_archive(toolkit_files(files, kernel, other)))
    toolkit = "docker-archive:/root/toolkit.docker"
    gate.passes("the driver toolkit", toolkit, f"--kernel {kernel}")
    gate.refuses("the driver toolkit, which has two kernels", toolkit, "several-kernels", f"the real-time one is {kernel}")
    for what, code, words, changed in (
        ("another CRC", "symbols", "module_layout", with_other_crc(files)),
        ("no symvers", "no-symvers", f"no symvers file of kernel {kernel}", without_symvers(files)),
    ):
        machine.write("/root/bad.oci", oci_archive(changed))
        gate.refuses(f"an image with {what}", "oci-archive:/root/bad.oci", code, words)


def module_images(gate, files):
    """What would be staged, before it is."""
    machine, kernel = gate.machine, gate.kernel
    machine.write("/root/os.tar", tar_of(files))
    top = paths.NEXT_STAGED
    modules = {f"opt/{path.relative_to(top)}": path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}
    machine.write("/root/modules.oci", oci_archive(modules))
    gate.refuses("a module image without a control plane server, on a node without one", "/root/os.tar", "control-plane",
                 f"{SERVER} is not there", "--modules oci-archive:/root/modules.oci")
    machine.write("/root/modules.oci", oci_archive(modules | {SERVER.lstrip("/"): b"\x7fELF"}))
    gate.refuses("nothing is staged yet", "/root/os.tar", "no-tree", f"nothing is staged for kernel {kernel}")
    gate.passes("a module image that would be staged", "/root/os.tar", "--modules oci-archive:/root/modules.oci")
    check("it is not staged", machine.run("ls /opt/lib/modules").stdout.split().count(kernel) == 0)
    machine.write("/root/bad.tar", tar_of(with_other_crc(files)))
    gate.refuses("a module image of another kernel", "/root/bad.tar", "symbols", "module_layout", "--modules oci-archive:/root/modules.oci")
    machine.write("/root/empty.tar", tar_of({"opt/onload/usr/lib64/libonload.so": b"\x7fELF"}))
    machine.write("/root/mixed.oci", oci_archive(modules | {"opt/onload/usr/lib64/libonload.so": b"\x7fELF\0Onload 9.9.9.9\0"}))
    gate.refuses("modules and libraries of two builds, which stage would refuse", "/root/os.tar", "user-libraries", "they have to be of one build",
                 "--modules oci-archive:/root/mixed.oci")
    gate.refuses("an image without modules", "/root/os.tar", "no-tree", f"has no modules for kernel {kernel}", "--modules /root/empty.tar")


def what_the_boot_would_do(gate):
    """The modules fit, and the next boot would not accelerate all the same."""
    machine = gate.machine
    machine.check(f"mv {SERVER} {SERVER}.away")
    gate.refuses("no control plane server", "/root/os.tar", "control-plane", f"{SERVER} is not there")
    machine.check(f"mv {SERVER}.away {SERVER}")
    machine.write(GUARD, "what = 'is this'\n")
    gate.refuses("a boot guard that cannot be read", "/root/os.tar", "guard", "a key is missing or wrong")
    machine.check(f"rm {GUARD}")
    gate.passes("both mended", "/root/os.tar")


FROM_ARCHIVE = "oci-archive:/root/os.oci"
ASK = f"{BINARY} verify --for-release {FROM_ARCHIVE}"


def instants(lab, gate, count):
    """At which seconds of a run of the gate it is ended, and how long one takes."""
    took = float(gate.machine.check(f"s=$EPOCHREALTIME; {ASK} >/dev/null; echo $s $EPOCHREALTIME | awk '{{print $2 - $1}}'", 300))
    chance = random.Random(lab.seed or 1)
    return [chance.uniform(0.02, took) for _ in range(count)], took


def told_to_end(lab, gate):
    """Whoever has no patience leaves nothing on the node: a toolkit is a gigabyte, and its container keeps it there."""
    said = set()
    ends, took = instants(lab, gate, 24 if lab.full else 3)
    for at, sent in zip(ends, itertools.cycle(("TERM", "HUP", "INT"))):
        done = gate.machine.run(f"env --default-signal=INT {ASK} >/dev/null & sleep {at:.3f}; kill -{sent} $!; wait $!", 300)
        check(f"SIG{sent} after {at:.3f} s of {took:.3f}: it ends, and did not pass by that", done.rc in (0, 1) and (done.rc == 0 or "told to end" in done.stderr), done)
        said.add(done.rc)
        gate.leaves_nothing(f"SIG{sent} after {at:.3f} s")
    check("some came before it was done", 1 in said, said)


def killed(lab, gate):
    """What nobody can take away goes with the next run. So podman must write nothing where the next run would not know it
    for ours: it unpacks an OCI archive below /var/tmp, whatever TMPDIR says (containers/image, oci/archive/oci_transport.go,
    LoadManifestDescriptor)."""
    machine = gate.machine
    machine.check("mount -t tmpfs -o ro none /var/tmp")
    gate.passes("an OCI archive, where nothing can be written to /var/tmp", FROM_ARCHIVE)
    machine.check("umount /var/tmp")
    ends, took = instants(lab, gate, 24 if lab.full else 3)
    for at in ends:
        machine.run(f"setsid {ASK} >/dev/null 2>&1 & sleep {at:.3f}; kill -KILL $!; wait $!", 300)
        machine.run("for i in $(seq 100); do pgrep -x podman >/dev/null || exit; sleep 0.1; done", 60)
        gate.passes(f"after one that was killed after {at:.3f} s of {took:.3f}", FROM_ARCHIVE)
    killed_as_the_pull_ends(gate, FROM_ARCHIVE)


def killed_as_the_pull_ends(gate, release, options=""):
    """Podman has the image then, and nobody has noted that it is ours. A podman that is killed may not even have named it: that comes last
    (containers/image, storage/storage_dest.go, Commit)."""
    machine = gate.machine
    for what, then in (("named", ""), ("not named yet", "/usr/bin/podman untag $(/usr/bin/podman images -q); ")):
        machine.write("/root/bin/podman", f'#!/bin/sh\n/usr/bin/podman "$@"\nended=$?\n[ "$1" != pull ] || {{ {then}kill -KILL $PPID; }}\nexit $ended\n', 0o755)
        # Twice: nor does one that is killed as well take the image for the node's own.
        for _ in range(2):
            done = machine.run(f"PATH=/root/bin:$PATH {BINARY} verify --for-release {release} {options}", 300)
            check(f"killed as its pull ends, {what}: podman has the image", machine.run("podman images -q").stdout != "", done)
        gate.passes(f"{release.partition(':')[0]}, after one that was killed as its pull ended, {what}", release, options)


def in_a_registry(lab, gate, files):
    machine = gate.machine
    authority = Authority(lab.folder / "authority")
    registry = Registry(machine, HOST, PORT, authority, USER, PASSWORD)
    image = oci_image("openshift/os", "4.18", files)
    store = lab.folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    foreign = image_list("openshift/os-elsewhere", "4.18", {}, ("arm64", "s390x"))
    write_registry_store(store, [image, foreign])
    machine.push(store, registry.store)
    machine.push(authority.certificate, f"/etc/containers/certs.d/{HOST}:{PORT}/ca.crt")
    registry.start()
    machine.check(f"echo {PASSWORD} | podman login --authfile {AUTHFILE} -u {USER} --password-stdin {registry.address}")
    reference = f"{registry.address}/openshift/os@{image.digest}"
    gate.passes("an image in a registry, by its digest", reference, f"--authfile {AUTHFILE}")
    killed_as_the_pull_ends(gate, reference, f"--authfile {AUTHFILE}")
    elsewhere = f"{registry.address}/{foreign.name}:{foreign.tag}"
    gate.fails("an image for other processors", elsewhere, "it is for other processors", f"--authfile {AUTHFILE}")
    manifest = f"{registry.store}/docker/registry/v2/blobs/sha256/{image.digest[7:9]}/{image.digest[7:]}/data"
    machine.check(f"printf ' ' >>{manifest}")
    gate.fails("a digest whose content is another", reference, "its content is not what its digest says", f"--authfile {AUTHFILE}")
    registry.stop()
    gate.fails("a registry that does not answer", reference, "does not answer", f"--authfile {AUTHFILE}")


def natively(lab, kernel):
    node = StagingNode.native(lab)
    gate, files = Gate(node, kernel), release_files()
    module_images(gate, files)
    node.machine.push(paths.NEXT_STAGED, "/srv/next/opt")
    staged = node.stage(f"--kernel {kernel} /srv/next")
    check("the modules for the next release are staged before", staged.rc == 0, staged)
    node.machine.write(SERVER, "", 0o755)
    unpacked(gate, files)
    archives(gate, files)
    what_the_boot_would_do(gate)
    told_to_end(lab, gate)
    killed(lab, gate)
    in_a_registry(lab, gate, files)


def the_daemons_order(lab, kernel):
    """openshift/machine-config-operator, pkg/daemon/update.go: the node is drained, and then the new system is staged."""
    machine = lab.booted(functions=2)
    product = Product(machine)
    machine.push(paths.NEXT_FILES / "usr/lib/modules", "/root/release/usr/lib/modules")
    gate = Gate(product, kernel)
    before = product.run("verify --pending")
    expect_equal("while the node is drained: verify --pending passes, for the kernel that runs",
                 (before.rc, "no other kernel is pending" in before.stdout), (0, True))
    demanded = product.run("verify --pending --require-pending --json")
    failed = [each["reason_code"] for each in json.loads(demanded.stdout)["checks"] if each["verdict"] == "failed"]
    expect_equal("with --require-pending it does not", (demanded.rc, failed), (IN_TREE, ["not-pending"]))
    gate.refuses("the gate knows before that nothing is staged", "/root/release", "no-tree", f"nothing is staged for kernel {kernel}")
    lab.upgrade(machine)
    after = product.run("verify --pending --require-pending")
    check("once it is pending, too late for the pods: verify --pending says the same",
          after.rc == IN_TREE and f"nothing is staged for kernel {kernel}" in after.stdout, (after.rc, after.stdout))
    note("the gate was right before the drain, verify --pending only after it")
    machine.push(paths.NEXT_STAGED, "/srv/next/opt")
    machine.check(f"onload-node stage --kernel {kernel} /srv/next")
    gate.passes("staged for it", "/root/release")
    expect_equal("and pending: verify --pending --require-pending passes", product.run("verify --pending --require-pending").rc, 0)


def scenario(lab):
    kernel = lab.build_next_kernel()
    natively(lab, kernel)
    the_daemons_order(lab, kernel)
