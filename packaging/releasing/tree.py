# SPDX-License-Identifier: BSD-2-Clause
"""A folder that is the same wherever it is made: its files in order, their modes, times and checksums."""

import hashlib
import os
import stat

CHECKSUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"


def files(folder):
    """Paths of all files, relative, in an order that no locale changes."""
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(found, key=lambda path: str(path).encode())


def set_modes(folder):
    """Whatever the umask was: readable by all, executable where it is for its owner."""
    for path in [folder, *folder.rglob("*")]:
        runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runs else 0o644)


def set_times(folder, when):
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (when, when))


def write_checksums(folder):
    """As `sha256sum` writes them, of all but itself and what is made from it."""
    lines = [f"{hashlib.sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in files(folder) if str(path) not in (CHECKSUMS, SIGNATURE)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
