# SPDX-License-Identifier: BSD-2-Clause
"""When the power fails while `stage` runs, each tree is the old one or the new one as a whole on the disk.

On the booted node: what was synchronised, and in which order, only a lost power shows. Two cuts and one kill by default, ten
cuts with --full; --seed N makes one of them again."""

from harness.cut_short import CutShort
from harness.staging import StagingNode

KILLED = 3  # its image comes by podman


def scenario(lab):
    runs = CutShort(lab, StagingNode.delivered(lab, functions=2))
    if lab.seed is not None:
        runs.cut_power(lab.seed)
        return
    runs.kill(KILLED, by_podman=True)
    for seed in range(5, 51 if lab.full else 11, 5):
        runs.cut_power(seed)
