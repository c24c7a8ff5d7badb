# SPDX-License-Identifier: BSD-2-Clause
"""tests/run: the command line."""

import argparse
import concurrent.futures
import difflib
import os
import signal
import sys
import time

from . import build, process, scenarios, suites
from .exclusive import lock
from .outcome import Outcome, failure, skip
from .paths import BUILD, LOGS


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tests/run", description="Builds everything and runs every suite and scenario, or those named."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a suite or a scenario")
    parser.add_argument("--list", action="store_true", help="names the suites and scenarios")
    parser.add_argument("--full", action="store_true", help="the full counts where a scenario has two")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats the one case of this seed, where a scenario has seeds")
    return parser.parse_args()


def choose(names):
    """The suites and scenarios to run, in their usual order."""
    known = [*suites.SUITES, *scenarios.available()]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            print(f'tests/run: no suite or scenario "{name}"{meant} (--list names them)', file=sys.stderr)
            sys.exit(64)
    chosen = [name for name in known if name in names or not names]
    return [n for n in chosen if n in suites.SUITES], [n for n in chosen if n not in suites.SUITES]


def print_list():
    # `tests/run --list | head` is no error.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for name, (what, _) in suites.SUITES.items():
        print(f"{name:16} suite     {what}")
    for name, promise in scenarios.available().items():
        print(f"{name:16} scenario  {promise}")


def timed(name, function, *arguments):
    """Runs a suite or scenario and prints what it came to and how long it took."""
    begin = time.monotonic()
    print(f"{name}: running", flush=True)
    outcome = function(*arguments)
    print(f"{name}: {outcome}, {time.monotonic() - begin:.1f} s", flush=True)
    return outcome


def make_builds(chosen_suites, chosen_scenarios):
    """Makes the builds that are needed; name -> why it cannot be used."""
    needed = {suites.SUITES[name][1] for name in chosen_suites}
    if chosen_scenarios:
        needed.add(build.RELEASE)
    broken = {}
    for each in sorted(needed, key=lambda one: one.name):
        try:
            build.make(each)
        except build.BuildError as error:
            broken[each] = str(error)
    return broken


def run_suites(names, broken):
    total = Outcome()
    for name in names:
        each = suites.SUITES[name][1]
        if each in broken:
            total += failure(f"{name}: {broken[each]}")
            continue
        total += timed(name, suites.run, name)
        if each is build.RELEASE and not build.MACHINE_CONFIG.exists():
            total += skip(f"{name}: what is delivered; there is no butane")
    return total


def run_scenarios(names, options, image, broken):
    if not names:
        return Outcome()
    ready = scenarios.finish_image(image)

    def run_one(name):
        if not ready:
            return failure(f"{name}: the node's image could not be built")
        if build.RELEASE in broken:
            return failure(f"{name}: {broken[build.RELEASE]}")
        if not build.MACHINE_CONFIG.exists():
            return skip(f"{name}: no MachineConfig; there is no butane")
        return timed(name, scenarios.run, name, options)

    with concurrent.futures.ThreadPoolExecutor(scenarios.WORKERS) as pool:
        return sum(pool.map(run_one, names), Outcome())


def run_all(names, scenario_names, options):
    # The image takes its time in the network and on the disk, the builds in the compiler.
    image = scenarios.start_image() if scenario_names else None
    broken = make_builds(names, scenario_names)
    total = run_suites(names, broken)
    return total + run_scenarios(scenario_names, options, image, broken)


def main():
    arguments = parse_arguments()
    if arguments.list:
        print_list()
        return 0
    chosen = choose(arguments.names)
    process.end_with_children()
    held = lock()
    begin = time.monotonic()
    try:
        total = run_all(*chosen, scenarios.Options(arguments.full, arguments.seed))
    finally:
        process.stop_all()
        held.close()
    for reason in total.reasons:
        print(reason)
    print(f"{time.monotonic() - begin:.0f} s, logs in {LOGS.relative_to(BUILD.parent)}")
    print(total, flush=True)
    return 1 if total.failed or (os.environ.get("CI") == "true" and total.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
