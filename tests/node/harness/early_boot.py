# SPDX-License-Identifier: BSD-2-Clause
"""The start of a kernel, up to its initrd: the same in each boot with the same machine and arguments, and a third of its time.

It is kept where the initrd (guest/initrd_init.c) has read nothing of the disk yet and asks whether to go on. From there each
boot is one of its own, with its own time and random numbers."""

import hashlib
import os
import time

from . import paths, qemu
from .errors import Deadline, HarnessError

KEPT = 24  # each is a hundred megabytes
KEEPING_SECONDS = 600


def file_for(functions, boot_files, kernel_arguments):
    """Where this start of a kernel is kept, or is to be: named after all that makes it what it is."""
    command = qemu.arguments("disk", "console", functions, boot_files, kernel_arguments, 0, 0)
    parts = [*command, qemu.version(), *(file.resolve().name for file in boot_files)]
    return paths.CACHE / f"early-boot-{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"


def goes_on_from(kept):
    os.utime(kept)
    return ["-incoming", f"exec:cat {kept}"]


def keep(qmp, kept):
    """Writes the waiting machine into the file, then lets it run on."""
    part = kept.with_suffix(f".{os.getpid()}")
    qmp.execute("migrate-set-parameters", **{"max-bandwidth": 1 << 34})
    qmp.execute("migrate", uri=f"exec:cat >{part}")
    _wait_kept(qmp)
    qmp.execute("cont")
    part.rename(kept)
    for old in sorted(paths.CACHE.glob("early-boot-*"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)


def _wait_kept(qmp):
    deadline = time.monotonic() + KEEPING_SECONDS
    while (status := qmp.execute("query-migrate").get("status")) != "completed":
        if status in ("failed", "cancelled"):
            raise HarnessError(f"QEMU could not keep the start of the kernel: {status}")
        if time.monotonic() > deadline:
            raise Deadline(f"QEMU has not kept the start of the kernel after {KEEPING_SECONDS} s: {status}")
        time.sleep(0.05)
