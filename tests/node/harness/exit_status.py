# SPDX-License-Identifier: BSD-2-Clause
"""With what onload-node ends: src/core/model/exit_status.hpp."""

OK = 0
FAILED = 1
HAS_STEPS = 8
IN_TREE = 9
DEGRADED = 10
USAGE = 64
CONFIG = 78
