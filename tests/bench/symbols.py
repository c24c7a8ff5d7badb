# SPDX-License-Identifier: BSD-2-Clause
"""What the check of all symbols costs, in `zcat` of the same symvers.

`verify --root` of this machine's own kernel with the fixture modules staged, once with its symvers.gz and once without: the
difference is the check. Processor time of whole processes, medians; the same file through zcat."""

import gzip
import os
import shutil
import statistics
import subprocess

from harness import paths
from runner import build

ROUNDS = 21


def cpu_seconds(command):
    """User and system time of one run."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return usage.ru_utime + usage.ru_stime


def node_root(folder, kernel):
    """The kernel's modules and the staged ones below one folder; the place of its symvers."""
    shutil.rmtree(folder, ignore_errors=True)
    modules = folder / "lib/modules" / kernel
    shutil.copytree(paths.CACHE / "base/kernel/lib/modules" / kernel, modules, symlinks=True)
    shutil.copytree(paths.STAGED.resolve(), folder / "opt", symlinks=True)
    symvers = modules / "symvers.gz"
    with open(f"/lib/modules/{kernel}/build/Module.symvers", "rb") as source, gzip.open(symvers, "wb", 9) as packed:
        shutil.copyfileobj(source, packed)
    return symvers


def bench(lab):
    root = lab.folder / "root"
    symvers = node_root(root, lab.kernel)
    verify = [build.RELEASE.directory / "src" / "onload-node", "verify", "--root", root, "--kernel", lab.kernel]
    zcat = ["gzip", "-dc", symvers]
    away = symvers.with_suffix(".away")
    rows = []
    for _ in range(ROUNDS):
        with_symbols, unpacked = cpu_seconds(verify), cpu_seconds(zcat)
        symvers.rename(away)
        rows.append((with_symbols, unpacked, cpu_seconds(verify)))
        away.rename(symvers)
    whole, unpacked, without = (statistics.median(column) * 1000 for column in zip(*rows))
    print(f"{ROUNDS} rounds, medians: verify {whole:.1f} ms, without symvers {without:.1f} ms, zcat {unpacked:.1f} ms of processor time")
    print(f"check of the symbols / zcat {(whole - without) / unpacked:.2f}")
    shutil.rmtree(root)
