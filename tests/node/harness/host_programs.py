# SPDX-License-Identifier: BSD-2-Clause
"""Programs of this machine on a node: with the libraries that they are linked to, which a node has not."""

import re
import shutil
import subprocess
from pathlib import Path

from .errors import HarnessError

# The node has the same, and another one would not fit its loader.
THE_NODES_OWN = re.compile(r"/(ld-linux-.*|libc|libm|libpthread|libdl|librt|libresolv)\.so")


def _libraries(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True, timeout=60, check=True)
    found = re.findall(r"=> (/\S+)", done.stdout)
    return [Path(path) for path in found if not THE_NODES_OWN.search(path)]


def take_along(lab, machine, programs, folder):
    """Puts the programs into a folder of the node; returns, by name, the command to run each."""
    here = lab.folder / "programs"
    shutil.rmtree(here, ignore_errors=True)
    (here / "lib").mkdir(parents=True)
    for program in programs:
        if not program.is_file():
            raise HarnessError(f"there is no {program}; the Meson build makes it, as tests/run has it do")
        # Symbols are half of it, and each byte goes through a serial line.
        subprocess.run(["strip", "-o", here / program.name, program], timeout=120, check=True)
        for library in _libraries(program):
            shutil.copyfile(library, here / "lib" / library.name)
    machine.push(here, folder)
    return {program.name: f"env LD_LIBRARY_PATH={folder}/lib {folder}/{program.name}" for program in programs}
