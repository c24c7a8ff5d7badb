# SPDX-License-Identifier: BSD-2-Clause
"""`purge` removes whatever `stage` has put anywhere and names it; the disk then has the files that it had before.

Natively: it is about files. That it refuses while the staged driver is loaded is tried by `uninstall`, on the node."""

from harness import check, expect_equal
from harness.file_list import differences, file_list
from harness.module_images import everything, tar_of
from harness.product import BINARY
from harness.staging import StagingNode

IMAGE = "/root/image.tar"
OTHER_KERNEL = "9.9.9"


def staged(node, kernel):
    node.machine.write(IMAGE, tar_of(everything(kernel)))
    done = node.stage(f"{IMAGE} --kernel {kernel}")
    check(f"an image for {kernel} is staged", done.rc == 0, done)


def trees_tells(node, kernel):
    document = node.trees()
    verdicts = {tree["kernel"]: (tree["verdict"], tree["running"], tree["pending"], tree["in_use"]) for tree in document["trees"]}
    expect_equal("trees tells what is staged, what would load, and for which kernel the next boot needs it", verdicts,
                 {kernel: ("passed", False, True, False), OTHER_KERNEL: ("not-checkable", False, False, False)})
    expect_equal("and where each is from", [tree["source"] for tree in document["trees"]], [IMAGE, IMAGE])


def purged(node, kernel):
    done = node.run("purge")
    named = [line.removeprefix("removed: ") for line in done.stdout.splitlines()]
    wanted = [f"/opt/lib/modules/{each}" for each in (kernel, OTHER_KERNEL)]
    wanted += ["/opt/onload", "/opt/onload-node/sets", "/usr/local/sbin/onload_cp_server", "/usr/local/sbin/sfptpd", "/var/lib/onload-node"]
    expect_equal("purge: names what it removes", (done.rc, sorted(named)), (0, sorted(wanted)))
    done = node.run("purge")
    expect_equal("purge: the second time there is nothing", (done.rc, done.stdout), (0, "nothing was staged\n"))


def not_root(node):
    done = node.machine.run(f"setpriv --reuid=65534 --regid=65534 --clear-groups {BINARY} purge")
    check("not root: purge is refused", done.rc == 1 and "must run as root" in done.stderr, done)


def scenario(lab):
    node = StagingNode.native(lab)
    before = file_list(node.machine)
    for kernel in (OTHER_KERNEL, lab.kernel):
        staged(node, kernel)
    trees_tells(node, lab.kernel)
    not_root(node)
    check("nothing of it is gone", node.verify().rc == 0)
    purged(node, lab.kernel)
    node.machine.check(f"rm {IMAGE}")
    expect_equal("purged: no file is there that was not, none is gone or other than it was",
                 differences(before, file_list(node.machine)), ([], [], []))
