# SPDX-License-Identifier: BSD-2-Clause
"""Whole sets whose parts carry a letter, so that a mixture of two would show."""

from .checks import check
from .module_images import LIBRARY, TREE, everything, tar_of

# What one set has on the disk beside its modules, and what its last line says.
PARTS = ("/opt/onload/usr/lib64/libonload.so", "/usr/local/sbin/onload_cp_server", "/usr/local/sbin/sfptpd")


def set_of(lab, letter, *modules):
    """An image with all of it, each part marked with the letter of the set; `modules` (paths) in place of the good ones."""
    files = everything(lab.kernel)
    mark = f"\n# set {letter}\n".encode()
    marked = {"opt/onload/usr/lib64/libonload.so": LIBRARY + mark}
    for path in ("opt/onload/sbin/onload_cp_server", "usr/sbin/sfptpd"):
        marked[path] = files[path] + mark
    for module in modules:
        marked[f"{TREE.format(kernel=lab.kernel)}/extra/{module.name}"] = module.read_bytes()
    return tar_of(files | marked)


def stage(node, lab, letter, *modules):
    path = f"/root/set-{letter}.tar"
    node.machine.write(path, set_of(lab, letter, *modules))
    done = node.stage(path)
    check(f"{letter} is staged", done.rc == 0 and "is not kept" not in done.stdout, done)
    node.machine.check("sync")


def sets(node):
    """Of the kernel: letter of the set's source -> what trees says of it."""
    listed = node.trees()["trees"][0]["sets"]
    return {each["source"].removeprefix("/root/set-").removesuffix(".tar"): each for each in listed}


def letters_in_place(node):
    """Of whose set libraries, server and sfptpd are; two letters are a mixture."""
    return {node.machine.check(f"tail -n 1 {path}").strip().removeprefix("# set ") for path in PARTS}
