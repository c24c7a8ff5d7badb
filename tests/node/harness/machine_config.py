# SPDX-License-Identifier: BSD-2-Clause
"""Rendered MachineConfigs, put onto a running node and taken off it as the machine-config daemon does it.

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
        """All that a file holds, as one: so the operator merges them for a pool."""
        configs = [document["spec"]["config"] for document in yaml.load_all(path.read_text(), yaml.CSafeLoader)]
        return MachineConfig({
            "ignition": configs[0]["ignition"],
            "storage": {"files": [file for config in configs for file in config.get("storage", {}).get("files", [])]},
            "systemd": {"units": [unit for config in configs for unit in config.get("systemd", {}).get("units", [])]},
        })

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
    machine.check("\n".join(["set -e", "systemctl daemon-reload", *_enabling(machine_config.units)]))
    return machine_config


def write_files(machine, path):
    """Files, units, drop-ins and masks by Ignition."""
    machine_config = MachineConfig.load(path)
    machine.write(CONFIG_IN_NODE, machine_config.as_rendered(), 0o600)
    machine.check(_WRITE_FILES)
    return machine_config


# Under another name Ignition applies a config to a root, and refuses to outside of a container. It leaves the enabling to a first
# boot's presets; this is none.
_WRITE_FILES = f"""
set -e
ln -sfn {IGNITION} /run/ignition-apply
container=test /run/ignition-apply --root / --offline {CONFIG_IN_NODE}
rm -f {IGNITION_PRESET} /run/ignition-apply {CONFIG_IN_NODE}
rmdir --ignore-fail-on-non-empty {IGNITION_PRESET.rpartition("/")[0]} 2>/dev/null || true
"""


def _enabling(units):
    """Shell, as the daemon calls systemctl for each unit."""
    for unit, systemctl in _with_systemctl(units):
        if unit.get("enabled") is None:
            yield _preset(unit, systemctl)
        else:
            yield f"{systemctl} {'enable' if unit['enabled'] else 'disable'} {shlex.quote(unit['name'])}"


def _with_systemctl(units):
    """Each unit, and what the daemon calls for it. Each call has PID 1 read all units again, for seconds under emulation, and
    only what it has read at last matters: the calls before leave it out."""
    return [(unit, "systemctl" if unit is units[-1] else "systemctl --no-reload") for unit in units]


def _preset(unit, systemctl):
    return f"{systemctl} preset {shlex.quote(unit['name'])} || true"  # the daemon only warns when this fails


def undeliver(machine, path):
    """The daemon's order when a MachineConfig is deleted: files, then for each unit its drop-ins, the preset, the
    unit itself. Folders stay, and systemd is told nothing: the daemon reboots next (the caller does)."""
    machine_config = MachineConfig.load(path)
    lines = ["set -e", *(f"rm -f {shlex.quote(file['path'])}" for file in machine_config.files)]
    for unit, systemctl in _with_systemctl(machine_config.units):
        dropins = [f"{UNITS_FOLDER}/{unit['name']}.d/{dropin['name']}" for dropin in unit.get("dropins") or []]
        lines += [f"rm -f {shlex.quote(dropin)}" for dropin in dropins]
        lines.append(_preset(unit, systemctl))
        lines.append("rm -f " + shlex.quote(f"{UNITS_FOLDER}/{unit['name']}"))
    machine.check("\n".join(lines))


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
        if machine.read_if_there(path_in_node) != wanted.encode():
            differences.append(f"{path_in_node}: missing, or other bytes")
    return differences


def _unit_files(machine_config):
    for unit in machine_config.units:
        if unit.get("contents"):
            yield f"{UNITS_FOLDER}/{unit['name']}", unit["contents"]
        for dropin in unit.get("dropins") or []:
            yield f"{UNITS_FOLDER}/{unit['name']}.d/{dropin['name']}", dropin["contents"]
