# SPDX-License-Identifier: BSD-2-Clause
"""When the power fails while `stage` runs, each tree is the old one or the new one as a whole on the disk.

On the booted node: what was synchronised, and in which order, only a lost power shows. One cut by default; with --full ten, and
40 kills, which `killed-while-staging` tries natively; --seed N makes one of them again, a cut for every fifth seed."""

from harness import tried
from harness.cut_short import CutShort
from harness.staging import StagingNode

CUT = 10


def scenario(lab):
    runs = CutShort(lab, StagingNode.delivered(lab, functions=2))
    seeds = [lab.seed] if lab.seed is not None else range(1, 51) if lab.full else (CUT,)
    for seed in seeds:
        if seed % 5 == 0:
            runs.cut_power(seed)
        else:
            runs.kill(seed, by_podman=seed % 5 == 3)
    tried(f"{len(seeds)} kills and power cuts")
