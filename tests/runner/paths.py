# SPDX-License-Identifier: BSD-2-Clause
"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build"
TOOLS = BUILD / "tools"
LOGS = BUILD / "logs"
NODE = ROOT / "tests" / "node"
SCENARIOS = NODE / "scenarios"
# Where the node's harness keeps what it builds, and where it leaves its results.
RESULTS = Path(os.environ.get("ONLOAD_NODE_TEST_CACHE") or BUILD / "node") / "results"
