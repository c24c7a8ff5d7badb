# SPDX-License-Identifier: BSD-2-Clause
"""Boots that many scenarios start from: made once, kept with the memory in the disk's file, and copied.

The file is copied whole: an overlay would not show what is kept in its base."""

import dataclasses
import hashlib
import json
import subprocess
import time
from pathlib import Path

from . import boot_loader, paths, qemu
from .checks import note

KEPT = 12  # snapshots; each is a few hundred megabytes


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A machine at one moment: its disk with the memory in it, under `name`, and the boot it is in."""

    disk: Path
    name: str
    boot_id: str

    @staticmethod
    def load(file):
        return Snapshot(file, **json.loads(_note_of(file).read_text(encoding="ascii")))

    def copy_to(self, disk):
        disk.unlink(missing_ok=True)
        subprocess.run(["cp", "--reflink=auto", "--sparse=auto", self.disk, disk], check=True, timeout=1200)


def file_for(kind, base, functions, kernel_arguments):
    """Where the snapshot of such a machine is, or is to be: named after all that makes it what it is."""
    command = qemu.arguments(base.resolve(), "console", functions, boot_loader.boot_files(paths.kernel_release()), kernel_arguments, 0, 0)
    parts = [kind, *command, qemu.version(), *(part.resolve().name for part in (paths.VMLINUX, paths.INITRD, paths.IMAGE))]
    return paths.CACHE / f"snapshot-{kind}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}.qcow2"


def take(machine, name, file):
    """Keeps the machine as it is now, and ends it."""
    started = time.monotonic()
    machine.savevm(name)
    boot_id = machine.boot_id
    machine.power_cut()
    _note_of(file).write_text(json.dumps({"name": name, "boot_id": boot_id}), encoding="ascii")
    machine.disk.rename(file)
    note(f"snapshot {file.name}: {file.stat().st_blocks * 512 >> 20} MiB, kept in {time.monotonic() - started:.1f} s")
    _remove_old()


def _note_of(file):
    return file.with_suffix(".json")


def _remove_old():
    """The ones used last stay: a scenario that runs beside this one may be about to copy one of them."""
    files = sorted(paths.CACHE.glob("snapshot-*.qcow2"), key=lambda file: file.stat().st_mtime)
    for old in files[:-KEPT]:
        old.unlink()
        _note_of(old).unlink(missing_ok=True)
