# SPDX-License-Identifier: BSD-2-Clause
"""What onload-node costs, as ratios within one run."""
