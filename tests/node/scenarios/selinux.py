# SPDX-License-Identifier: BSD-2-Clause
"""With an SELinux policy enforced the product does all that it does, and nothing of ours is denied. Containers may use what is theirs.

The policy is Debian's own (SELinux Project's reference policy), under which our units run in initrc_t; RHEL's, under which it was
tried apart from this, is not to be had here. A process of ours that is denied something is found by its name, and any other by what
the same node without us is not denied. udevd is confined under it: it reads what we write for it only where that has the right label."""

import re

from harness import check, expect_equal, note, paths
from harness.bundle import Bundle
from harness.exit_status import IN_TREE
from harness.image_forms import Forms
from harness.module_images import everything
from harness.staging import StagingNode

# All that was denied in this boot: by whom, what, to what.
DENIED = "journalctl -b --no-pager -o cat | grep 'avc:  denied' | sort -u"


def kinds(machine):
    """The denials of this boot, without what differs from one to the next, and without those of containers, which are no part of us."""
    lines = [line for line in machine.run(DENIED).stdout.splitlines() if ":container_t:" not in line.partition("tcontext")[0]]
    return {re.sub(r"^.*avc:", "avc:", re.sub(r"\b(pid|ino|dev)=\S+ ?", "", line)).strip() for line in lines}


def a_denial_is_seen(machine):
    """chronyd's domain may not begin with any program but its own."""
    done = machine.run("runcon system_u:system_r:chronyd_t:s0 /usr/bin/true")
    check("without us: the policy is enforced", machine.read("/sys/fs/selinux/enforce") == b"1" and done.rc == 126, done)
    check("without us: what is denied is found", any("entrypoint" in kind and "chronyd_t" in kind for kind in kinds(machine)), kinds(machine))


class Watched:
    """The node, and what it is denied without us."""

    def __init__(self, node):
        self.node, self.without_us = node, kinds(node.machine)
        for kind in sorted(self.without_us):
            note(f"without us: {kind}")

    def nothing_denied(self, what):
        new = kinds(self.node.machine) - self.without_us
        check(f"{what}: nothing of ours is denied", not new, "\n".join(sorted(new)))


def boot_and_apply(lab, watched):
    node = watched.node
    lab.deliver(node.machine)
    lab.deliver(node.machine, lab.stage_machine_config)
    lab.stage(node.machine)
    node.machine.reboot()
    expect_equal("apply: the node is active", (node.status()["state"], node.exit_status()), ("active", 0))
    expect_equal("apply: sfptpd keeps the clock", node.unit("sfptpd.service", "ActiveState"), ["active"])
    watched.nothing_denied("apply")


def diagnose(watched):
    node = watched.node
    done = node.run("diagnose -o /root/bundle.tar.gz")
    bundle = Bundle(node.machine.read("/root/bundle.tar.gz"))
    expect_equal("diagnose: it says that the policy is enforced", (done.rc, bundle.text("files/sys/fs/selinux/enforce").strip()), (0, "1"))
    labels = bundle.text("commands/selinux-labels.txt")
    check("diagnose: the labels of our files are in it", "system_u:object_r:bin_t:s0" in labels, labels)
    watched.nothing_denied("diagnose")


def fall_back(lab, watched):
    node = watched.node
    node.machine.push(lab.faulty_driver("PROBE_FAILS"), f"/opt/lib/modules/{lab.kernel}/extra/sfc.ko")
    done = node.run("apply --live")
    expect_equal("fallback: the ports have the in-tree driver", (done.rc, node.loaded_build_id("sfc")), (IN_TREE, node.in_tree_build_id(lab.kernel)))
    watched.nothing_denied("fallback")


def stage(lab, watched):
    node = watched.node
    node.forget()
    # Not an image: podman asks for types of containers, which Debian's policy does not have.
    library = {"opt/onload/usr/lib64/libonload.so": (paths.PROGRAMS / "libonload-one.so").read_bytes()}
    done = node.stage(Forms(node, everything(lab.kernel) | library, lab.kernel).archive("a tar file"))
    check("stage: it ends well", done.ok, done.stdout + done.stderr)
    expect_equal("stage: what is staged would load", node.verify().rc, 0)
    written = f"/opt/lib/modules/{lab.kernel} /usr/local/sbin"
    expect_equal("stage: it has the labels of the policy", node.machine.check(f"restorecon -Rnv {written}"), "")
    expect_equal("stage: apply ends well", node.run("apply --live").rc, 0)
    watched.nothing_denied("stage")


def in_container(machine, command):
    """What a process says that SELinux treats as those of containers; the types are in image/containers.cil."""
    done = machine.run(f"runcon system_u:system_r:container_t:s0 {command} 2>&1")
    return done.stdout.strip()


def library_type(machine):
    return machine.check("stat -Lc %C /opt/onload/usr/lib64/libonload.so").split(":")[2]


def accelerated(machine):
    return in_container(machine, "env LD_PRELOAD=/opt/onload/usr/lib64/libonload.so /usr/bin/true")


def libraries_for_containers(watched):
    """On RHCOS /opt is /var/opt, whose files the platform calls data: no container may read those."""
    machine, node = watched.node.machine, watched.node
    expect_equal("containers: they may run the staged libraries", (library_type(machine), accelerated(machine)), ("lib_t", "Onload 8.1.2.26 one"))
    check("containers: they are offered", node.status()["cdi"]["problem"] == "", node.status()["cdi"])
    machine.check("restorecon -RF /var/opt")
    check("relabelled by the platform: the fixture denies them as RHEL does", "cannot be preloaded" in accelerated(machine), accelerated(machine))
    status = node.status()
    expect_equal("relabelled by the platform: the node says so", (status["state"], status["reason_code"]), ("degraded", "user-libraries"))
    check("relabelled by the platform: and why", "SELinux keeps containers from" in status["reason"] and "var_t" in status["reason"], status["reason"])
    machine.check("systemctl start onload-node-refresh")
    expect_equal("relabelled by the platform: the next publish mends it", (library_type(machine), accelerated(machine), node.status()["state"]),
                 ("lib_t", "Onload 8.1.2.26 one", "active"))


def what_cannot_be_mended(watched):
    machine, node = watched.node.machine, watched.node
    files = "find /var/opt/onload/8* -type f -exec"
    machine.check(f"restorecon -RF /var/opt && {files} chattr +i {{}} +")
    machine.check("systemctl start onload-node-refresh")
    status = node.status()
    expect_equal("cannot be mended: nothing is offered", (status["reason_code"], status["cdi"]["spec"], machine.run("ls /run/cdi").stdout),
                 ("user-libraries", "", ""))
    machine.check(f"{files} chattr -i {{}} + && systemctl start onload-node-refresh")
    check("cannot be mended: when it can be again, they are offered", node.status()["cdi"]["spec"], node.status()["cdi"])


def status_for_containers(watched):
    machine = watched.node.machine
    said = in_container(machine, "cat /run/onload-node/public/status.json")
    check("status: containers may read what is public", '"schema"' in said, said)
    said = in_container(machine, "cat /run/onload-node/loaded.toml")
    check("status: and nothing else of ours", "Permission denied" in said, said)


def revert(lab, watched):
    node = watched.node
    expect_equal("revert: it ends well", node.run("revert --live").rc, 0)
    expect_equal("revert: the ports have the in-tree driver", node.loaded_build_id("sfc"), node.in_tree_build_id(lab.kernel))
    watched.nothing_denied("revert")


def scenario(lab):
    machine = lab.enforcing(functions=2)
    machine.wait_booted()
    # As on RHCOS.
    machine.check("rmdir /opt && ln -s var/opt /opt")
    watched = Watched(StagingNode(machine))
    a_denial_is_seen(machine)
    boot_and_apply(lab, watched)
    diagnose(watched)
    fall_back(lab, watched)
    stage(lab, watched)
    libraries_for_containers(watched)
    what_cannot_be_mended(watched)
    status_for_containers(watched)
    revert(lab, watched)
