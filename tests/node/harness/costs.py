# SPDX-License-Identifier: BSD-2-Clause
"""What a scenario made the emulated machine do; tests/run tells it at the end."""

import collections

_counts = collections.Counter()


def count(what):
    """One more of "boots" (from power-on), "snapshots_taken" or "snapshots_loaded"."""
    _counts[what] += 1


def begin():
    _counts.clear()


def so_far():
    return dict(_counts)
