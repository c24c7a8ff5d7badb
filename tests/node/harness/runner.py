# SPDX-License-Identifier: BSD-2-Clause
"""The command line: runs scenarios, prints their checks and times, writes a result per scenario."""

import argparse
import fcntl
import importlib.util
import json
import subprocess
import sys
import time
import traceback

from . import checks, costs, paths, qemu
from .demo import demo, demo_of_broken, list_of_broken
from .errors import HarnessError
from .lab import Lab


def available():
    return sorted(path.stem for path in paths.SCENARIOS.glob("*.py"))


def load(name):
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), paths.SCENARIOS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse_arguments(words):
    parser = argparse.ArgumentParser(prog="tests/node/scenario", description="Runs scenarios on the disposable node.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a scenario; all if none is given")
    parser.add_argument("--list", action="store_true", help="names the scenarios and their promises")
    parser.add_argument("--demo", action="store_true", help="shows the main job instead of running scenarios")
    parser.add_argument("--check-words", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--broken", metavar="REASON", help="with --demo: a node that has come to this reason; \"list\" names those that there are")
    parser.add_argument("--cure", action="store_true", help="with --broken: and the way out of it")
    parser.add_argument("--full", action="store_true", help="the full counts where a scenario has two")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats the one case of this seed, where a scenario has seeds")
    parser.add_argument("--machineconfig", metavar="FILE", help="the rendered MachineConfig under test")
    arguments = parser.parse_args(words)
    known = [line.split()[0] for line in list_of_broken().splitlines()]
    if arguments.broken and arguments.broken not in known:
        parser.exit(0 if arguments.broken == "list" else 64, f"a node can be broken in these ways, by its reason code:\n\n{list_of_broken()}\n")
    if arguments.cure and not arguments.broken:
        parser.error("--cure needs --broken REASON")
    unknown = [name for name in arguments.names if name not in available()]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are: {', '.join(available())}")
    return arguments


def print_list():
    for name in available():
        promise = (load(name).__doc__ or "").strip().splitlines() or ["(no docstring)"]
        print(f"{name:20} {promise[0]}")


def run(name, arguments):
    """Runs one scenario in a folder of its own; returns its result."""
    folder = paths.RUNS / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HarnessError(f"scenario {name} is already running in {folder}") from None
        for old in folder.iterdir():
            if old.name != ".lock" and old.is_file():
                old.unlink()
        print(f"== {name}", flush=True)
        started = time.monotonic()
        costs.begin()
        tally = attempt(name, arguments)
        return result(name, tally, time.monotonic() - started)


def attempt(name, arguments):
    tally = checks.start_tally()
    lab = Lab(name, arguments.full, arguments.machineconfig, arguments.seed)
    try:
        module = load(name)
        qemu.processors = qemu.SEVERAL if arguments.full or getattr(module, "SEVERAL_PROCESSORS", False) else qemu.ONE
        module.scenario(lab)
        if tally.passed + tally.skipped + len(tally.failures) == 0:
            tally.failures.append("the scenario checks something")
            print("FAIL - the scenario checks something", flush=True)
    except Exception as error:  # a scenario that cannot go on has failed, whatever the reason
        tally.failures.append(f"{type(error).__name__}: {error}")
        print("FAIL - the scenario runs to its end", flush=True)
        print("    " + traceback.format_exc().replace("\n", "\n    "), flush=True)
    finally:
        try:
            if tally.failures:
                lab.save_evidence()
                print(f"    console, journal and status: {lab.folder}", flush=True)
        finally:
            lab.close()
    return tally


def result(name, tally, seconds):
    values = {
        "name": name,
        "passed": tally.passed,
        "failed": len(tally.failures),
        "skipped": tally.skipped,
        "seconds": round(seconds, 1),
        "failures": tally.failures,
        "checks": tally.names,
        "tried": tally.tried,
        "cost": costs.so_far(),
    }
    paths.RESULTS.mkdir(parents=True, exist_ok=True)
    (paths.RESULTS / f"{name}.json").write_text(json.dumps(values, indent=2) + "\n")
    print(
        f"== {name}: {values['passed']} passed, {values['failed']} failed, {values['skipped']} skipped, "
        f"{values['seconds']} s",
        flush=True,
    )
    return values


def main(words=None):
    arguments = parse_arguments(words)
    if arguments.check_words:
        return 0
    if arguments.list:
        print_list()
        return 0
    build = subprocess.run([paths.NODE / "image" / "build"], check=False)
    if build.returncode != 0:
        print("scenario: the node's image could not be built; the reason is above", file=sys.stderr)
        return 1
    try:
        if arguments.demo and arguments.broken:
            return 0 if demo_of_broken(arguments.machineconfig, arguments.broken, arguments.cure) else 1
        if arguments.demo:
            return 0 if demo(arguments.machineconfig) else 1
        results = [run(name, arguments) for name in arguments.names or available()]
    except HarnessError as error:
        print(f"scenario: {error}", file=sys.stderr)
        return 1
    return 1 if any(values["failed"] for values in results) else 0
