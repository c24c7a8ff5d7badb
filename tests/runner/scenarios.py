# SPDX-License-Identifier: BSD-2-Clause
"""The scenarios on the disposable node, one process each."""

import ast
import json
from dataclasses import dataclass

from . import process
from .build import MACHINE_CONFIG
from .outcome import Outcome, failure, print_tail, skip
from .paths import LOGS, NODE, RESULTS, SCENARIOS
from .times import measured

# A scenario takes a minute or two on a quiet machine: these only end what hangs.
IMAGE_SECONDS = 7200
SCENARIO_SECONDS = {False: 3600, True: 14400}


def available():
    """Scenario -> its promise in one line."""
    promises = {}
    for path in sorted(SCENARIOS.glob("*.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "(no docstring)"
        promises[path.stem] = text.splitlines()[0]
    return promises


def build_image():
    """Builds the node's image, which takes minutes the first time; whether there is one then. The log comes with it."""
    log = LOGS / "node-image.log"
    script = f'"{NODE}/image/host-packages" && exec "{NODE}/image/build"'
    with measured("build", "node image"):
        try:
            status = process.run(["bash", "-c", script], log, IMAGE_SECONDS, "node image")
        except process.TimedOut as error:
            status = str(error)
    if status != 0:
        print(f"building the node's image failed ({status}):")
        print_tail(log)
    return status == 0


def read_result(name, status, cost):
    """What the scenario wrote about itself; without that it failed."""
    result = RESULTS / f"{name}.json"
    if not result.exists():
        return failure(f"{name} ended with {status} and left no result")
    values = json.loads(result.read_text(encoding="utf-8"))
    for what, number in values["cost"].items():
        setattr(cost, what, number)
    outcome = Outcome(passed=values["passed"])
    for reason in values.get("failures") or ["a check"] * values["failed"]:
        outcome += failure(f"{name}: {reason}")
    for _ in range(values["skipped"]):
        outcome += skip(f"{name}: a check")
    if status != 0 and not outcome.failed:
        outcome += failure(f"{name} ended with {status}")
    if outcome == Outcome():
        outcome += failure(f"{name} checked nothing")
    outcome.tried = values["tried"]
    return outcome


@dataclass(frozen=True)
class Options:
    full: bool = False
    seed: int | None = None


def run(name, options, cost):
    """Runs one scenario; its log is shown if it failed. What its node did goes into `cost`."""
    (RESULTS / f"{name}.json").unlink(missing_ok=True)
    log = LOGS / f"scenario-{name}.log"
    command = [NODE / "scenario", name]
    if MACHINE_CONFIG.exists():
        command += ["--machineconfig", MACHINE_CONFIG]
    if options.full:
        command.append("--full")
    if options.seed is not None:
        command += ["--seed", options.seed]
    try:
        status = process.run(command, log, SCENARIO_SECONDS[options.full], name)
    except process.TimedOut as error:
        status = str(error)
    outcome = read_result(name, status, cost)
    if outcome.failed:
        print_tail(log)
    return outcome
