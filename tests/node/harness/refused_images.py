# SPDX-License-Identifier: BSD-2-Clause
"""Images that `stage` has to refuse, each for its own reason, and a node that has to stay as it is meanwhile."""

import gzip
import tarfile

from . import doctored, paths
from .checks import check, expect_equal
from .module_images import LIBRARY, everything, member, module_files, tar_of

FOLDER = "/root/images"


class Refusals:
    """A node with something staged; each case has to leave it so."""

    def __init__(self, node):
        self.node, self.machine, self.kernel = node, node.machine, node.machine.kernel
        self.files = everything(self.kernel)
        self.bring("good.tar", tar_of(self.files | {f"opt/lib/modules/{self.kernel}/extra/which": b"old\n"}))
        done = node.stage(f"{FOLDER}/good.tar")
        check("a good image is staged", done.rc == 0, done)
        self.before = node.content()

    def changes(self):
        """Paths that are not as before."""
        now = self.node.content()
        return sorted(path for path in now.keys() | self.before.keys() if now.get(path) != self.before.get(path))

    def bring(self, name, data):
        self.machine.write(f"{FOLDER}/{name}", data)
        return f"{FOLDER}/{name}"

    def refused(self, case, arguments, *words, rc=1, content=True):
        done = self.node.stage(arguments)
        check(f"{case}: it ends with {rc} and says {' and '.join(words)}",
              done.rc == rc and all(word in done.stderr for word in words), f"{done.rc}\n{done.stdout}{done.stderr}")
        if content:
            expect_equal(f"{case}: what was staged is as it was", self.changes(), [])
            expect_equal(f"{case}: nothing is left of the attempt", self.node.left_of_staging(), [])


def bad_archives(kernel, files):
    """(case, tar file, what has to be said)"""
    tree = f"opt/lib/modules/{kernel}"
    good = tar_of(files)
    return (
        ("a tar file that is cut off", good[: len(good) * 2 // 3], "cut off"),
        ("a gzip file that is cut off", gzip.compress(good)[:-2000], "cut off"),
        ("a file that is no archive", b"hello\n" * 300, "is it a tar archive?"),
        ("an absolute path", tar_of(files, member("/etc/cron.d/evil")), "absolute path"),
        ("a path with ..", tar_of(files, member(f"{tree}/../../../../etc/cron.d/evil")), '".."'),
        ("a link out of its tree", tar_of(files, member(f"{tree}/extra/evil", tarfile.SYMTYPE, "/etc")), "leads out of its tree"),
        ("a link up and out", tar_of(files, member("opt/onload/evil", tarfile.SYMTYPE, "../../etc")), "leads out of its tree"),
        ("a hard link out", tar_of(files, member(f"{tree}/evil", tarfile.LNKTYPE, "etc/hostname")), "hard link out of its tree"),
        ("a hard link to a link, where that leads out", tar_of(
            files, member("opt/onload/a/b/c/link", tarfile.SYMTYPE, "../../../etc"),
            member("opt/onload/usr/lib", tarfile.LNKTYPE, "opt/onload/a/b/c/link")), "is a hard link to a link"),
        ("a kernel named like an option", tar_of(files, member("opt/lib/modules/--help/extra/sfc.ko")), '"--help", which is no kernel'),
        ("a kernel with a line break", tar_of(files, member('opt/lib/modules/a"\nb/extra/sfc.ko')), "control character", 'a"?b'),
        ("a link to another kernel's modules", tar_of(files, member(f"{tree}/other", tarfile.SYMTYPE, "/lib/modules/9.9.9")),
         "leads out of its tree"),
        ("an archive packed by lz4", b"\x04\x22\x4d\x18" + bytes(600), "lz4 is not read"),
        ("a gzip file with something behind it", gzip.compress(good) + b"more", "other bytes behind its end"),
        ("a device node", tar_of(files, member(f"{tree}/evil", tarfile.CHRTYPE)), "is a device"),
        ("a fifo", tar_of(files, member("opt/onload/evil", tarfile.FIFOTYPE)), "a fifo"),
        ("an image without modules", tar_of({"etc/hostname": b"x"}), "nothing to stage"),
        ("an image for other kernels only", tar_of(module_files("9.9.9")), "for other kernels only", "9.9.9", kernel),
        ("modules that would not load", tar_of(files | wrong_machine(kernel)), "would not load", "sfc.ko", "ELF machine 21"),
        ("libraries of another version", tar_of(files | {"opt/onload/usr/lib64/libonload.so": LIBRARY.replace(b"8.1.2.26", b"9.0.1.86")}),
         "9.0.1.86", "8.1.2.26"),
    )


def wrong_machine(kernel):
    name = f"opt/lib/modules/{kernel}/extra/sfc.ko"
    return {name: doctored.other_machine((paths.STAGED / name.removeprefix("opt/")).read_bytes())}
