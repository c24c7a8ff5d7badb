# SPDX-License-Identifier: BSD-2-Clause
"""The harness is the node's boot loader: it starts the kernel that the node's own default entry names."""

import re

from . import paths
from .errors import HarnessError

ENTRIES = "/boot/loader/entries"


def default_kernel(machine):
    """The release that the entry of the highest version boots, read from the running node."""
    listing = machine.check(f"cd {ENTRIES} && grep -H -E '^(version|linux)[[:space:]]' *.conf")
    entries = {}
    for line in listing.splitlines():
        file, _, text = line.partition(":")
        key, value = text.split(None, 1)
        entries.setdefault(file, {})[key] = value.strip()
    if not entries:
        raise HarnessError(f"the node has no boot loader entry in {ENTRIES}")
    newest = max(entries.values(), key=lambda entry: _order(entry.get("version", "")))
    return newest["linux"].rpartition("vmlinuz-")[2]


def _order(version):
    """Numbers by value and after words, words by their letters."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.findall(r"\d+|[A-Za-z]+", version)]


def boot_files(release):
    """Kernel and initrd for QEMU."""
    if release == paths.kernel_release():
        return paths.VMLINUX, paths.INITRD
    if release == paths.next_release():
        return paths.NEXT_VMLINUX, paths.NEXT_INITRD
    raise HarnessError(f"the node wants to boot kernel {release}, which the harness does not have")
