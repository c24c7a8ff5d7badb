# SPDX-License-Identifier: BSD-2-Clause
"""In whichever form an image comes, archive, tar file or directory, the same files are staged of it, and nothing else.

Natively: it is about files and podman. From there to the driver it is `no-registry`, on the node."""

from harness import check
from harness.image_forms import ARCHIVES, Forms, told_by_trees
from harness.module_images import LIBRARY, everything
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
