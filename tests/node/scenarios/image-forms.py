# SPDX-License-Identifier: BSD-2-Clause
"""In whichever form an image comes, archive, tar file or directory, the same files are staged of it, and nothing else.

Natively: it is about files and podman. From there to the driver it is `no-registry`, on the node."""

from harness import check, expect_equal
from harness.image_forms import ARCHIVES, Forms, told_by_trees
from harness.module_images import LIBRARY, everything, tar_of
from harness.staging import StagingNode


def scenario(lab):
    node = StagingNode.native(lab)
    forms = Forms(node, everything(lab.kernel), lab.kernel)
    check("the images tell which Onload they are of", b"8.1.2.26" in LIBRARY)
    for what in ARCHIVES:
        forms.staged_from(what, forms.archive(what))
    directory = forms.directory()
    forms.staged_from("a directory", directory)
    told_by_trees(node, directory, lab.kernel, running=False)
    links_to_the_node(node, lab.kernel)


def links_to_the_node(node, kernel):
    """As KMM's documents have one for the modules of the node, which may have any name; what depmod recorded behind it is forgotten."""
    top = f"opt/lib/modules/{kernel}"
    links = {"host": "", "system": "", "intree": "/kernel", "kernel/drivers/mtd": "/kernel/drivers/mtd"}
    files = everything(kernel)
    files.pop(f"{top}/kernel")
    files[f"{top}/modules.dep"] += b"host/kernel/drivers/mtd/mtd.ko:\n"
    links = {f"{top}/{name}": f"/lib/modules/{kernel}{below}" for name, below in links.items()}
    node.forget()
    node.machine.write("/root/images/linked.tar", tar_of(files | links))
    done = node.stage("/root/images/linked.tar")
    check("an image with links to the node's own modules is staged", done.rc == 0 and "4 modules, they would load" in done.stdout, done)
    expect_equal("each of them is said to be left out", [link for link in links if f"left out: the link {link} " not in done.stdout], [])
    left = node.machine.check("cat /opt/lib/modules/*/modules.dep; find /opt/lib/modules -type l")
    check("and neither they nor what was behind them is there", "mtd" not in left and "/opt/" not in left, left)
