# SPDX-License-Identifier: BSD-2-Clause
"""How much longer staging from a tar file takes than tar, and how much memory it has resident at most.

The same modules, a real driver's, on the same node by turns: `tar -x`, the same with what was written brought to the disk,
and `stage`, which brings it to the disk, too: for a node without that kernel, where nothing can be verified, and for this
one, where it reads, digests and checks every module. Emulated, so only the ratios mean anything."""

import statistics

from harness import paths
from harness.module_images import tar_of
from harness.product import BINARY
from harness.staging import StagingNode

ROUNDS = 5
CONFIGURATION = '[driver]\nload = ["sfc"]\n[time]\ndaemon = ""\ndisplace = []\n'
FOLDER = "/opt/bench"
PEAK = "/run/onload-node-test/peak_rss"
FILLER = "300M"


def modules_of(tree):
    return {f"opt/{path.relative_to(tree)}": path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}


def milliseconds(machine, command):
    took = machine.check(f"start=$(date +%s%N); {command} >/dev/null; end=$(date +%s%N); echo $(( (end - start) / 1000000 ))", 300)
    return int(took)


def one_round(machine, archive):
    unpack = f"tar -x -C {FOLDER}/unpacked -f {archive}"
    fresh = f"rm -rf {FOLDER}/unpacked {FOLDER}/elsewhere /opt/lib && mkdir -p {FOLDER}/unpacked && sync"
    machine.check(fresh, 120)
    tar = milliseconds(machine, unpack)
    machine.check(fresh, 120)
    written = milliseconds(machine, f"{unpack} && sync -f {FOLDER}")
    machine.check(fresh, 120)
    unverified = milliseconds(machine, f"{BINARY} stage --root {FOLDER}/elsewhere {archive}")
    machine.check(fresh, 120)
    return tar, written, unverified, milliseconds(machine, f"{BINARY} stage {archive}")


def compare(machine, tree, archive):
    files = modules_of(tree)
    data = tar_of(files)
    machine.write(archive, data)
    rows = [one_round(machine, archive) for _ in range(ROUNDS)]
    tar, written, unverified, stage = (statistics.median(column) for column in zip(*rows))
    print(f"{len(files)} files, {len(data) / 1024 / 1024:.1f} MiB; {ROUNDS} rounds, medians: tar -x {tar:.0f} ms, with sync "
          f"{written:.0f} ms, stage without verifying {unverified:.0f} ms, stage {stage:.0f} ms")
    for name, took in (("stage without verifying", unverified), ("stage", stage)):
        print(f"{name} / tar -x {took / tar:.2f}, / tar -x with sync {took / written:.2f}")


def peak(machine, source):
    return int(machine.check(f"{PEAK} {BINARY}-stage stage {source} | tail -1", 300)) / 1024


def bench(lab):
    node = StagingNode.delivered(lab, functions=0)
    machine = node.machine
    node.configure(CONFIGURATION)
    machine.check(f"install -m 644 /lib/modules-fixture/real/sfc.ko /lib/modules/{lab.kernel}/kernel/drivers/net/ethernet/sfc/sfc.ko "
                  f"&& depmod {lab.kernel} && mkdir -p {FOLDER}")
    archive, folder = f"{FOLDER}/modules.tar", f"{FOLDER}/image"
    # What staging costs whatever it stages weighs most with the small one.
    for debug in (False, True):
        compare(machine, lab.real_driver_tree(debug), archive)
    machine.push(paths.PROGRAMS / "peak_rss", PEAK)
    machine.check(f"mkdir {folder} && tar -x -C {folder} -f {archive} && rm -rf {FOLDER}/unpacked")
    print(f"from the tar file: at most {peak(machine, archive):.1f} MiB resident")
    print(f"from the directory: at most {peak(machine, folder):.1f} MiB resident")
    # Sparse on the disk, and whole in the archive.
    big = f"{FOLDER}/big.tar.zst"
    machine.check(f"truncate -s {FILLER} {folder}/filler && tar -c -C {folder} . | zstd -q >{big}", 300)
    print(f"from one with {FILLER} more, packed by zstd: at most {peak(machine, big):.1f} MiB resident")
