# SPDX-License-Identifier: BSD-2-Clause
"""An operating system's image has onload-node and the modules for its kernel in it, and none is made without them.

What packaging/images/os-layer/Containerfile does is done to the node's own disk: what it copies by hand, the RPM as in `layered`, and its second
RUN line as it stands there."""

import json
import shlex
import sys

from harness import check, expect_equal
from harness.module_images import tar_of, user_files, module_files
from harness.paths import PROJECT
from harness.product import Product
from harness.rpm_package import rpm_package

sys.path.insert(0, str(PROJECT / "tests/delivery"))
from containerfiles import instructions  # noqa: E402

BINARY = "/usr/bin/onload-node"
FOLDER = PROJECT / "packaging/images/os-layer"
OTHER = "5.14.0-1.el9.x86_64"


def containerfile():
    """(instruction, rest) of what the last stage does."""
    found = list(instructions((FOLDER / "Containerfile").read_text(encoding="utf-8")))
    last = max(number for number, (word, _) in enumerate(found) if word == "FROM")
    return found[last + 1 :]


def copy_bundle(machine, files):
    """What is copied from the bundle, whose files are these."""
    machine.write("/root/bundle.tar", tar_of(files))
    machine.check("mkdir -p /root/bundle && tar -xf /root/bundle.tar -C /root/bundle")
    for word, rest in containerfile():
        if word == "COPY" and "--from=bundle " in rest:
            *sources, target = rest.split()[1:]
            for source in sources:
                what = f"/root/bundle{source}" + ("." if source.endswith("/") else "")
                machine.check(f"mkdir -p {target} && cp -a {what} {target}")
    machine.check("rm -r /root/bundle /root/bundle.tar")


def second_run(machine):
    text = [rest for word, rest in containerfile() if word == "RUN"][1]
    return machine.run(f"cd / && /bin/sh -c {shlex.quote(text)}")


def bundle(lab, kernel):
    programs = user_files()
    files = {path: content for path, content in programs.items() if "/lib64/" in path}
    files |= {f"usr/sbin/{name}": programs[path] for name, path in (("onload_cp_server", "opt/onload/sbin/onload_cp_server"), ("sfptpd", "usr/sbin/sfptpd"))}
    files["usr/sbin/onload_stackdump"] = b"#!/bin/sh\n"
    return files | {path.replace(lab.kernel, kernel): content for path, content in module_files(lab.kernel).items()}


def scenario(lab):
    files, scriptlet = rpm_package(lab)
    machine = lab.stock_booted(functions=2)
    product = Product(machine)
    machine.push(files, "/")
    machine.check("sh -s 1", stdin=scriptlet)
    copy_bundle(machine, bundle(lab, OTHER))
    done = second_run(machine)
    check("without modules for its kernel there is no image, and why", done.rc == 3 and f"kernel {lab.kernel}, and there are modules for {OTHER} only" in done.stderr, done)
    copy_bundle(machine, bundle(lab, lab.kernel))
    broken = f"/usr/lib/onload-node/lib/modules/{lab.kernel}/extra/sfc.ko"
    machine.check(f"cp {broken} /root/sfc.ko && truncate -s 4000 {broken}")
    done = second_run(machine)
    check("with modules that would not load there is none either", done.rc != 0, done)
    machine.check(f"mv /root/sfc.ko {broken}")
    done = second_run(machine)
    check("with those that fit there is one", done.rc == 0, done)
    expect_equal("with the modules of its own kernel only", machine.check("ls /usr/lib/onload-node/lib/modules").split(), [lab.kernel])
    lab.clock_without_port(machine)
    machine.reboot()
    status = json.loads(machine.run(f"{BINARY} status --json").stdout)
    expect_equal("its first boot is active", (status["state"], status["reason_code"]), ("active", "as-wanted"))
    there = product.staged_build_ids(lab.kernel, "/usr/lib/onload-node")
    expect_equal("on the modules of the image", product.loaded_build_id("sfc"), there["sfc"])
    expect_equal("its ports have their names", product.names(), ["ens8f0", "ens8f1"])
    expect_equal("sfptpd, of the image, keeps the clock", product.unit("sfptpd.service", "ActiveState"), ["active"])
    spec = json.loads(machine.read("/run/cdi/amd.com-onload.json"))
    check("containers get the libraries of the image", "/opt/onload" in json.dumps(spec) and machine.run("test -e /opt/onload/usr/lib64/libonload.so").ok, spec)
    expect_equal("nothing is below /opt but the link", machine.check("cd /opt && find . -mindepth 1 -printf '%P %l\\n'").split("\n")[0], "onload /usr/lib/onload-node/onload")
