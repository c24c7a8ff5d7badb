# SPDX-License-Identifier: BSD-2-Clause
"""A node whose first boot is its only one tells its state, and stages, once the machine-config daemon is done with it.

Where the installed image is the right one that daemon renames its file and does not reboot (openshift/machine-config-operator,
pkg/daemon/daemon.go, RunFirstbootCompleteMachineconfig): the units of a boot have been skipped by then."""

from harness import check, expect_equal
from harness.image_forms import Forms
from harness.module_images import everything
from harness.staging import StagingNode

FILE = "/etc/ignition-machine-config-encapsulated.json"
OURS = ("onload-node.service", "onload-node-stage.service", "onload-node-confirm.service")


def scenario(lab):
    node = StagingNode.delivered(lab, functions=2)
    machine = node.machine
    archive = Forms(node, everything(lab.kernel), lab.kernel).archive("an OCI archive")
    node.configure(f'[stage]\nsource = "{archive}"\n')
    machine.write(FILE, "{}")
    machine.reboot()
    expect_equal("first boot: no unit of ours has run", [unit for unit in OURS if not node.never_started(unit)], [])
    expect_equal("first boot: and none has failed", machine.run("systemctl --failed --plain --no-legend | grep -c onload").stdout.strip(), "0")
    # As it is by then: the network is up, and on a port.
    machine.check(f"ip link set ens8f0 up && mv {FILE} {FILE}.bak")
    check("the file goes: the status is there", machine.wait_until("test -e /run/onload-node/status.json"), node.run("status").stdout)
    expect_equal("the file goes: the node says in-tree", node.recorded_status()["state"], "in-tree")
    check("the file goes: it is staged", machine.wait_until(f"test -e /opt/lib/modules/{lab.kernel}/extra/sfc.ko"),
          machine.run("journalctl -b -u onload-node-stage -o cat --no-pager").stdout)
    check("then the status waits for the next boot", machine.wait_until("grep -q pending-reboot /run/onload-node/status.json"), node.recorded_status())
    expect_equal("the driver was not touched", node.loaded_build_id("sfc"), node.in_tree_build_id(lab.kernel))
    machine.reboot()
    expect_equal("the next boot is active", node.status()["state"], "active")
