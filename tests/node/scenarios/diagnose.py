# SPDX-License-Identifier: BSD-2-Clause
"""One file tells support what is the matter with a node, also with a broken one; nothing else is left, and no secret is in it.

What it refuses is tried natively, by `diagnose-refusals`; here one of them, all with --full."""

import json

from harness import check, expect_equal
from harness.bundle import Bundle
from harness.bundle_refusals import COLLECTING, FOLDER, a_file_that_is_there, left, no_place
from harness.product import BINARY, DROP_IN, Product

SECRET = "sha256~not-for-others"
LABELS = "/etc/kubernetes/node-feature-discovery/features.d/onload-node"


def whole_node(product):
    """A node on which all is well, and secrets that lie about."""
    machine = product.machine
    machine.write("/etc/systemd/network/90-tunnel.netdev", f"[WireGuard]\nPrivateKey={SECRET}\n")
    machine.write("/root/auth.json", SECRET)
    product.configure('[stage]\nauthfile = "/root/auth.json"\n')
    done = product.run("diagnose")
    path, *found = done.stdout.splitlines() or [""]
    check("diagnose says where its file is", done.rc == 0 and path.startswith("/var/tmp/onload-node-") and path.endswith(".tar.gz"), done)
    expect_equal("it is root's alone, and nothing else is left", (machine.check(f"stat -c %a:%U {path}"), left(machine)), ("600:root", [path]))
    bundle = Bundle(machine.read(path))
    expect_equal("all is in one folder of the file's name", bundle.folders, {path.split("/")[-1].removesuffix(".tar.gz")})
    expect_equal("the status is in it", json.loads(bundle.text("commands/status.json"))["state"], "active")
    expect_equal("and the one that others read", json.loads(bundle.text("files/run/onload-node/status.json"))["state"], "active")
    check("the journal of this boot is in it", "onload-node" in bundle.text("commands/journal.txt"), bundle.text("contents.txt"))
    check("so is the kernel's", "initrd: here the journal begins" in bundle.text("commands/kernel.txt"), bundle.text("contents.txt"))
    expect_equal("the configuration is in it", bundle.text(f"files{DROP_IN}"), machine.read(DROP_IN).decode())
    names = [path for path in bundle.files if path.startswith("files/run/systemd/network/71-onload-node-")]
    expect_equal("so are the names of both ports", len(names), 2)
    check("nothing is odd but that our modules are not signed, on the screen and in the bundle",
          len(found) == 2 and "no key" in found[1] and bundle.text("odd.txt") == f"{found[1].strip()}\n", (found, bundle.text("odd.txt")))
    check("each port is in it as udev and NetworkManager see it, where there is one", "INTERFACE=" in bundle.text(f"commands/port-{product.names()[0]}-udev.txt"),
          bundle.text("contents.txt"))
    check("it says what was left out on purpose", "left out on purpose: credentials" in bundle.text("contents.txt"))
    expect_equal("contents.txt says what was collected", bundle.outcome("onload-node nics --json"), "ok")
    expect_equal("what was not there", bundle.outcome(LABELS), "not there")
    expect_equal("and what cannot be", bundle.outcome("rpm-ostree status"), "this machine has no such program")
    check("and the labels of our files, where there are any", "/var/lib/onload-node" in bundle.text("commands/selinux-labels.txt"),
          bundle.text("contents.txt"))
    expect_equal("whether SELinux is enforced is asked", bundle.outcome("/sys/fs/selinux/enforce"), "not there")
    check("no secret is in it", not any(SECRET.encode() in content for content in bundle.files.values()))
    expect_equal("the node is as it was", product.status()["state"], "active")
    machine.check(f"rm {path} /etc/systemd/network/90-tunnel.netdev")


def broken_node(product):
    """A wrong configuration, and a program that never comes to its end."""
    machine = product.machine
    product.configure("no such = thing\n")
    machine.write("/usr/local/sbin/lspci", "#!/bin/sh\necho begun\nexec sleep 1000\n", 0o755)
    machine.write("/usr/local/sbin/onload_stackdump", "#!/bin/sh\nexec yes a stack\n", 0o755)
    machine.check("echo 'sfc 0000:00:08.0: MC command 0x8 timed out' >/dev/kmsg")
    done = machine.run(f"{BINARY} diagnose -o - >{FOLDER}/piped.tar.gz")
    expect_equal("on a broken node it ends with 0", (done.rc, done.stdout), (0, ""))
    bundle = Bundle(machine.read(f"{FOLDER}/piped.tar.gz"))
    check("it tells what the status says of a wrong configuration", DROP_IN in (bundle.outcome("onload-node plan") or ""), bundle.text("contents.txt"))
    check("a program that hangs is given up", "did not come to its end" in (bundle.outcome("lspci -nnkvv") or ""), bundle.text("contents.txt"))
    expect_equal("what it had said is kept", bundle.text("commands/pci.txt"), "begun\n")
    check("one that has no end of words is cut off", "cut off" in (bundle.outcome("onload_stackdump lots") or ""), bundle.text("contents.txt"))
    check("and neither runs on", not machine.run("pgrep -x 'sleep|yes'").ok)
    check("without a terminal a line each ten seconds says what takes so long",
          any(line.startswith("lspci -nnkvv ") and line.endswith(" s") for line in done.stderr.splitlines()), done.stderr)
    check("what is odd is said beside the bundle: the state and what the kernel complains of",
          "odd:" in done.stderr and "MC command 0x8 timed out" in done.stderr and "onload-node reasons" in done.stderr, done.stderr)
    expect_equal("the same is in it", [f"  {line}" for line in bundle.text("odd.txt").splitlines()], done.stderr.split("odd:\n")[-1].splitlines())
    check("the commands behind it were asked", "lo" in bundle.text("commands/interfaces.txt"), bundle.text("contents.txt"))
    machine.check(f"rm /usr/local/sbin/lspci /usr/local/sbin/onload_stackdump {DROP_IN}")


def killed(product):
    machine = product.machine
    machine.check(f"{BINARY} diagnose -o {FOLDER}/killed.tar.gz & until [ -d {COLLECTING} ]; do sleep 0.05; done; "
                  f"kill -KILL $!; wait $!; [ -d {COLLECTING} ] && [ ! -e {FOLDER}/killed.tar.gz ]")
    done = product.run(f"diagnose -o {FOLDER}/after.tar.gz")
    expect_equal("after one that was killed the next takes its remains away", (done.rc, left(machine)), (0, []))


def scenario(lab):
    machine = lab.booted(functions=2)
    machine.check(f"mkdir {FOLDER}")
    lab.deliver(machine, lab.stage_machine_config)
    product = Product(machine)
    whole_node(product)
    broken_node(product)
    a_file_that_is_there(machine)
    if lab.full:
        no_place(machine)
    killed(product)
