# SPDX-License-Identifier: BSD-2-Clause
"""A rendered MachineConfig, put onto a running node and taken off it as the machine-config daemon does it.

The files and units are written by the real Ignition engine; what the daemon does with systemctl is replayed."""

import dataclasses
import json
import shlex

import yaml

from .data_url import decoded
from .errors import CommandFailed

IGNITION = "/usr/lib/dracut/modules.d/30ignition/ignition"
IGNITION_PRESET = "/etc/systemd/system-preset/20-ignition.preset"
UNITS_FOLDER = "/etc/systemd/system"
CONFIG_IN_NODE = "/run/machine-config.ign"


@dataclasses.dataclass(frozen=True)
class MachineConfig:
    config: dict

    @staticmethod
    def load(path):
        return MachineConfig(yaml.safe_load(path.read_text())["spec"]["config"])

    @property
    def files(self):
        return self.config.get("storage", {}).get("files", [])

    @property
    def units(self):
        return self.config.get("systemd", {}).get("units", [])

    def as_rendered(self):
        """The JSON the daemon works with: the controller lets every file replace one that is there."""
        config = json.loads(json.dumps(self.config))
        for file in config.get("storage", {}).get("files", []):
            file["overwrite"] = True
        return json.dumps(config)


def deliver(machine, path):
    """Files, units, drop-ins and masks by Ignition, then enabled or disabled as the daemon does on a running node."""
    machine_config = write_files(machine, path)
    machine.check("systemctl daemon-reload")
    for unit in machine_config.units:
        _enable(machine, unit)
    return machine_config


def write_files(machine, path):
    """Files, units, drop-ins and masks by Ignition."""
    machine_config = MachineConfig.load(path)
    machine.write(CONFIG_IN_NODE, machine_config.as_rendered(), 0o600)
    # Under this name it applies a config to a root; it refuses to outside of a container.
    machine.check(f"ln -sfn {IGNITION} /run/ignition-apply")
    machine.check(f"container=test /run/ignition-apply --root / --offline {CONFIG_IN_NODE}", timeout=120)
    # Ignition leaves the enabling to a first boot's presets; this is none.
    machine.check(f"rm -f {IGNITION_PRESET} /run/ignition-apply {CONFIG_IN_NODE}")
    machine.check(f"rmdir --ignore-fail-on-non-empty $(dirname {IGNITION_PRESET}) 2>/dev/null || true")
    return machine_config


def _enable(machine, unit):
    name = shlex.quote(unit["name"])
    if unit.get("enabled") is None:
        machine.run(f"systemctl preset {name}")  # the daemon only warns when this fails
    elif unit["enabled"]:
        machine.check(f"systemctl enable {name}")
    else:
        machine.check(f"systemctl disable {name}")


def undeliver(machine, path):
    """The daemon's order when a MachineConfig is deleted: files, then for each unit its drop-ins, the preset, the
    unit itself. Folders stay, and systemd is told nothing: the daemon reboots next (the caller does)."""
    machine_config = MachineConfig.load(path)
    for file in machine_config.files:
        machine.check(f"rm -f {shlex.quote(file['path'])}")
    for unit in machine_config.units:
        for dropin in unit.get("dropins") or []:
            machine.check("rm -f " + shlex.quote(f"{UNITS_FOLDER}/{unit['name']}.d/{dropin['name']}"))
        machine.run(f"systemctl preset {shlex.quote(unit['name'])}")  # the daemon only warns when this fails
        machine.check("rm -f " + shlex.quote(f"{UNITS_FOLDER}/{unit['name']}"))


def content_differences(machine, path):
    """What in the node differs from the MachineConfig's own bytes; empty when all arrived."""
    differences = []
    for file in MachineConfig.load(path).files:
        wanted = decoded(file)
        try:
            if machine.read(file["path"]) != wanted:
                differences.append(f"{file['path']}: other bytes")
        except CommandFailed:
            differences.append(f"{file['path']}: missing")
            continue
        mode = machine.check(f"stat -c %a {shlex.quote(file['path'])}")
        if int(mode, 8) != file.get("mode", 0o644):
            differences.append(f"{file['path']}: mode {mode}")
    for path_in_node, wanted in _unit_files(MachineConfig.load(path)):
        output = machine.run(f"cat {shlex.quote(path_in_node)}")
        if output.raw != wanted.encode():
            differences.append(f"{path_in_node}: {'other bytes' if output.ok else 'missing'}")
    return differences


def _unit_files(machine_config):
    for unit in machine_config.units:
        if unit.get("contents"):
            yield f"{UNITS_FOLDER}/{unit['name']}", unit["contents"]
        for dropin in unit.get("dropins") or []:
            yield f"{UNITS_FOLDER}/{unit['name']}.d/{dropin['name']}", dropin["contents"]
