# SPDX-License-Identifier: BSD-2-Clause
"""One image in every form in which `stage` takes it without a registry, and what is staged of each."""

import gzip
import hashlib
import lzma
import subprocess

from .checks import check, expect_equal, timed
from .module_images import docker_archive, oci_archive, tar_of

FOLDER = "/root/images"


def expected_content(files, kernel):
    """What has to be on the node afterwards, by digest; the index is the node's own depmod's."""
    digest = lambda content: hashlib.sha256(content).hexdigest()  # noqa: E731
    wanted = {path: digest(content) for path, content in files.items() if f"{kernel}/extra/" in path}
    wanted |= {path: content if isinstance(content, str) else digest(content)
               for path, content in files.items() if path.startswith("opt/onload/")}
    programs = {"onload_cp_server": "opt/onload/sbin/onload_cp_server", "sfptpd": "usr/sbin/sfptpd"}
    return wanted | {f"usr/local/sbin/{name}": digest(files[path]) for name, path in programs.items()}


def without_index(content):
    return {path: digest for path, digest in content.items() if "/modules." not in path}


def packed_by_zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, capture_output=True, timeout=60, check=True).stdout


def in_two_frames(data):
    """As pzstd packs it: in front of each frame is one without content that has its size."""
    frames = (packed_by_zstd(data[: len(data) // 2]), packed_by_zstd(data[len(data) // 2 :]))
    return b"".join(b"\x50\x2a\x4d\x18\4\0\0\0" + len(frame).to_bytes(4, "little") + frame for frame in frames)


# Name -> how the source is named, and the bytes of its file.
ARCHIVES = {
    "an OCI archive": ("oci-archive:{folder}/oci.tar", oci_archive),
    "a docker archive": ("docker-archive:{folder}/docker.tar", docker_archive),
    "a tar file": ("{folder}/plain.tar", tar_of),
    "a tar file packed by xz": ("{folder}/plain.tar.xz", lambda files: lzma.compress(tar_of(files))),
    "a tar file packed by zstd": ("{folder}/plain.tar.zst", lambda files: packed_by_zstd(tar_of(files))),
    "a tar file packed by pzstd": ("{folder}/frames.tar.zst", lambda files: in_two_frames(tar_of(files))),
    "a tar file packed by gzip, with padding": ("{folder}/plain.tar.gz", lambda files: gzip.compress(tar_of(files)) + bytes(512)),
}


class Forms:
    """Brings the image onto a node in one form or another."""

    def __init__(self, node, files, kernel):
        self.node, self.files, self.kernel = node, files, kernel

    def archive(self, what):
        """The source, as `stage` is given it."""
        name, content = ARCHIVES[what]
        source = name.format(folder=FOLDER)
        self.node.machine.write(source.partition(":")[2] or source, content(self.files))
        return source

    def directory(self):
        self.node.machine.check(f"mkdir -p {FOLDER}/folder && tar -x -C {FOLDER}/folder", 60, tar_of(self.files))
        return f"{FOLDER}/folder"

    def staged_from(self, what, source):
        self.node.forget()
        with timed(f"staging from {what}"):
            done = self.node.stage(source)
        check(f"{what}: it is staged", done.rc == 0 and f"staged: modules for kernel {self.kernel}" in done.stdout, done)
        check(f"{what}: its modules were verified", f"kernel {self.kernel}: 4 modules, they would load" in done.stdout, done.stdout)
        wanted = expected_content(self.files, self.kernel)
        expect_equal(f"{what}: what is staged is what was in it", without_index(self.node.content()), wanted)
        expect_equal(f"{what}: and nothing else is left", self.node.left_of_staging(), [])


def told_by_trees(node, source, kernel, running):
    """`running`: whether the kernel is the running one; else it is that of the next boot."""
    document = node.trees()
    tree = document["trees"][0]
    expect_equal("trees tells the kernel, where it came from and that it would load",
                 [tree["kernel"], tree["source"], tree["verdict"], tree["running"], tree["pending"]], [kernel, source, "passed", running, not running])
    expect_equal("and the versions, also of the user libraries",
                 [{m["name"]: m["version"] for m in tree["modules"]}["onload"], document["user_libraries"][0]["version"]],
                 ["8.1.2.26", "8.1.2.26"])
