# SPDX-License-Identifier: BSD-2-Clause
"""Containers keep the libraries that they were started with, whatever is staged meanwhile; those that start later get the new ones.

A container holds its libraries by a bind mount. Its later processes preload them anew, so a folder that was exchanged or emptied
would leave them without Onload, and nothing would say so."""

from harness import check, expect_equal, paths
from harness.module_images import module_files, tar_of, user_files
from harness.staging import StagingNode

FOLDER = "/root/pods"
SPEC = "/run/cdi/amd.com-onload.json"
LIBRARY = "opt/onload/usr/lib64/libonload.so"
# What the dynamic application needs besides itself, as Debian has it.
LOADER = ("lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/libc.so.6")


def libraries(build):
    return user_files() | {LIBRARY: (paths.PROGRAMS / f"libonload-{build}.so").read_bytes()}


class Pods:
    """The containers of the node."""

    def __init__(self, machine):
        self.machine = machine
        files = {"bin/accelerated": (paths.PROGRAMS / "accelerated").read_bytes()}
        files |= {path: machine.read(f"/{path}") for path in LOADER}
        machine.write(f"{FOLDER}/pod.tar", tar_of(files))
        machine.check(f"podman import --quiet {FOLDER}/pod.tar localhost/pod")

    def start(self, name):
        """What its first process, and the one that it begins, have said."""
        options = "--network none --cgroups disabled --device amd.com/onload=preload"
        self.machine.check(f"podman run -d --name {name} {options} localhost/pod /bin/accelerated")
        self.machine.wait_until(f"test $(podman logs {name} 2>&1 | wc -l) -ge 3")
        return self.runs(name)

    def runs(self, name):
        """What the container has said so far, library and application."""
        return self.machine.run(f"podman logs {name} 2>&1").stdout.splitlines()

    def run_again(self, name):
        """One more process in it; what its library said."""
        before = len(self.runs(name))
        self.machine.check(f"podman kill --signal USR1 {name}")
        self.machine.wait_until(f"test $(podman logs {name} 2>&1 | wc -l) -ge {before + 2}")
        return self.runs(name)[before:]


def of(build):
    return [f"Onload {build}", "it runs"]


def started(build):
    return [f"Onload {build}", *of(build)]


def stage(node, what, files):
    node.machine.write(f"{FOLDER}/{what}.tar", tar_of(files))
    done = node.stage(f"{FOLDER}/{what}.tar")
    check(f"{what}: it is staged", done.rc == 0, done)
    node.machine.check("systemctl start onload-node-refresh")
    return done


def folders(node):
    return [line for line in node.machine.check("ls /opt/onload").split() if "-" in line]


def the_same_again(node, pods):
    inode = node.machine.check("stat -Lc %i /opt/onload/usr/lib64")
    stage(node, "again", module_files(node.machine.kernel) | libraries("one"))
    expect_equal("the same again: nothing is exchanged", node.machine.check("stat -Lc %i /opt/onload/usr/lib64"), inode)
    expect_equal("the same again: a process that begins later is accelerated", pods.run_again("first"), of("8.1.2.26 one"))


def another_build(node, pods):
    stage(node, "another", libraries("two"))
    expect_equal("another build: the container has its own libraries", pods.run_again("first"), of("8.1.2.26 one"))
    expect_equal("another build: a container started after has the new ones", pods.start("second"), started("8.1.2.26 two"))
    expect_equal("another build: both folders are there", len(folders(node)), 2)


def for_the_next_boot(node, pods):
    stage(node, "newer", libraries("new"))
    expect_equal("a newer version: the node is active", node.status()["state"], "active")
    expect_equal("a newer version: until its module is loaded, containers get libraries of the loaded one's version",
                 pods.start("third"), started("8.1.2.26 two"))
    expect_equal("a newer version: the container of before has its own", pods.run_again("first"), of("8.1.2.26 one"))


def after_a_boot(node):
    stage(node, "back", libraries("two"))
    kept = folders(node)
    node.machine.reboot()
    node.machine.wait_booted()
    node.machine.wait_until("test $(ls -d /opt/onload/*-* | wc -l) = 1")
    expect_equal("a boot later: what no container can have is gone", len(kept) - len(folders(node)), 2)
    expect_equal("a boot later: the node offers the others", node.machine.run(f"grep -c {folders(node)[0]} {SPEC}").rc, 0)


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    stage(node, "first", module_files(node.machine.kernel) | libraries("one"))
    node.machine.check("onload-node apply --live")
    pods = Pods(node.machine)
    expect_equal("a container is accelerated", pods.start("first"), started("8.1.2.26 one"))
    the_same_again(node, pods)
    another_build(node, pods)
    for_the_next_boot(node, pods)
    node.machine.check("podman rm --force --time 2 first second third")
    after_a_boot(node)
