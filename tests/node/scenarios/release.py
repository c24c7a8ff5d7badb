# SPDX-License-Identifier: BSD-2-Clause
"""A node that has nothing but what the release folder brings boots onto the out-of-tree driver.

The folder is made as for users and checked by the command of its README. The node gets the MachineConfigs of one of its folders, and of
`site-configuration` the one that says where the modules are; the service that comes with them stages."""

import os
import re
import shutil
import subprocess

from harness import check, expect_equal
from harness.image_forms import Forms
from harness.machine_config import content_differences, deliver
from harness.module_images import everything
from harness.paths import PROJECT
from harness.staging import RECORD, StagingNode

POOL = "worker"


def make_release(lab):
    """Signed by a key of the day."""
    folder, key, certificate = (lab.folder / name for name in ("release", "key.pem", "certificate.pem"))
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=release", "-days", "1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True, timeout=120)
    build = lab.machine_config.resolve().parent.parent
    command = [PROJECT / "packaging/release", "--output", folder, "--build", build, "--by-tag", "--key", key, "--certificate", certificate]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200, env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"})
    check("a release is made", done.returncode == 0, done.stdout + done.stderr)
    return folder, certificate


def is_checked(folder, certificate):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    command = re.search(r"^ +(openssl dgst .+?&&\n.+?)$", readme, re.MULTILINE)[1].replace("CERTIFICATE", str(certificate))
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=120)
    expect_equal("its README's own command says that it is whole", (done.returncode, done.stdout), (0, "Verified OK\n"))


def site(lab, folder, text):
    """What is different here, as the document has it made."""
    (lab.folder / "site.toml").write_text(text, encoding="utf-8")
    made = lab.folder / "99-site.yaml"
    command = [folder / "packaging/openshift/site-configuration", POOL, lab.folder / "site.toml"]
    made.write_bytes(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    return made


def scenario(lab):
    folder, certificate = make_release(lab)
    is_checked(folder, certificate)
    node = StagingNode(lab.stock_booted(functions=2))
    machine = node.machine
    archive = Forms(node, everything(lab.kernel), lab.kernel).archive("an OCI archive")
    delivered = [*sorted((folder / "machineconfigs/4.12" / POOL).glob("99-*.yaml")), site(lab, folder, f'[stage]\nsource = "{archive}"\n')]
    for path in delivered:
        deliver(machine, path)
    expect_equal("every file and unit of the folder is on the node", [line for path in delivered for line in content_differences(machine, path)], [])
    lab.clock_without_port(machine)
    machine.check("systemctl start onload-node-stage.service")
    check("it stages what the site has named", machine.wait_until(f"test -e {RECORD}"), machine.run("journalctl -b -u onload-node-stage -o cat --no-pager").stdout)
    expect_equal("nothing is swapped before the reboot", node.loaded_build_id("sfc"), node.in_tree_build_id(lab.kernel))
    machine.reboot()
    expect_equal("the node boots and is active", node.status()["state"], "active")
    expect_equal("on the driver that the release's own service has staged", node.loaded_build_id("sfc"), node.staged_build_ids(lab.kernel)["sfc"])
    expect_equal("its ports have their names", node.names(), ["ens8f0", "ens8f1"])
