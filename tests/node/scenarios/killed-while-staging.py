# SPDX-License-Identifier: BSD-2-Clause
"""Whenever `stage` is killed, each tree is the old one or the new one as a whole, and the next run cleans up and ends well.

Each kill has a seed, from which its instant comes: 50 of them, 500 with --full; --seed N repeats one. Every fifth image comes by
podman. Natively, where a process is killed as anywhere; what a lost power does is tried by `power-cut-while-staging`."""

from harness import tried
from harness.cut_short import CutShort
from harness.staging import StagingNode


def scenario(lab):
    runs = CutShort(lab, StagingNode.native(lab))
    seeds = [lab.seed] if lab.seed is not None else range(1, 501 if lab.full else 21)
    for seed in seeds:
        runs.kill(seed, by_podman=seed % 5 == 3)
    tried(f"{len(seeds)} kills")
