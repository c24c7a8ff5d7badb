# SPDX-License-Identifier: BSD-2-Clause
"""tests/run: the command line."""

import argparse
import concurrent.futures
import difflib
import os
import signal
import sys
import time

from . import build, full_table, process, scenarios, suites, times
from .exclusive import lock
from .outcome import Outcome, failure, skip
from .paths import BUILD, LOGS

# Suites and scenarios at a time. An emulated node keeps no more processors busy than it has, which is one, or two with --full; CI has
# two, and much waits for a disk, the network or a time that has to pass.
WORKERS, WORKERS_FULL = 3, 2

# What takes longest, where it has not run yet; on a slow machine.
PRESUMED_SECONDS = {
    "clock": 190, "qualify": 80, "faults": 180, "unreachable": 165, "policies": 90, "first-boot": 150, "hangs": 145, "guard": 120,
    "previous-set": 170, "bridge": 150, "signed": 80, "selinux": 190,
    "uninstall": 105, "labels": 95, "power-cut-while-staging": 93, "cdi": 86, "node-itself": 84, "kernel-upgrade": 120,
    "real-driver": 150, "image-to-driver": 80, "delivered": 79, "in-the-way": 79, "race": 78, "naming-conflicts": 76, "same-names": 75,
    "many-ports": 72, "diagnose": 70, "live-restart": 67, "no-registry": 65, "layered": 62, "live": 62, "one-dead-port": 60,
}

# Scenario -> the suite whose programs it takes along, beside those of the release build.
PROGRAMS_OF = {"kmm-route": "device-plugin"}

# Name -> outcome and cost, of what has run to its end.
_ended = {}


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


def timed(kind, name, function, *arguments):
    """Runs a suite or scenario and prints what it came to and how long it took."""
    print(f"{name}: running", flush=True)
    with times.measured(kind, name) as cost:
        outcome = function(name, *arguments, cost)
    print(f"{name}: {outcome}, {cost.wall:.1f} s", flush=True)
    _ended[name] = (outcome, cost)
    return outcome


def suites_of_build(each, chosen):
    """Those of the tests' build that are to be run: nothing else of it is compiled, and all of the other build."""
    every = {name for name, (_, made) in suites.SUITES.items() if made is each}
    return None if each is build.RELEASE else every & set(chosen)


def make_builds(chosen_suites, chosen_scenarios, full):
    """Makes the builds that are needed; name -> why it cannot be used.

    The release build has the device plugin with --full only: it takes half of that build's time, no node gets it, and its tests run the
    one of the tests' build."""
    chosen_suites = {*chosen_suites, *(PROGRAMS_OF[name] for name in chosen_scenarios if name in PROGRAMS_OF)}
    needed = {suites.SUITES[name][1] for name in chosen_suites}
    if chosen_scenarios:
        needed.add(build.RELEASE)
    broken = {}
    for each in sorted(needed, key=lambda one: one.name):
        try:
            build.make(each, suites_of_build(each, chosen_suites), each is build.DEV or full)
        except build.BuildError as error:
            broken[each] = str(error)
    return broken


def run_suites(names, broken):
    """One after the other: they share what they fetch, and each deals its tests out to both processors."""
    return sum((run_suite(name, broken) for name in names), Outcome())


def run_suite(name, broken):
    each = suites.SUITES[name][1]
    if each in broken:
        return failure(f"{name}: {broken[each]}")
    outcome = timed("suite", name, suites.run)
    if each is build.RELEASE and not build.MACHINE_CONFIG.exists():
        outcome += skip(f"{name}: what is delivered; there is no butane")
    return outcome


def run_scenario(name, options, image, broken):
    if not image.result():
        return failure(f"{name}: the node's image could not be built")
    if build.RELEASE in broken:
        return failure(f"{name}: {broken[build.RELEASE]}")
    if not build.MACHINE_CONFIG.exists():
        return skip(f"{name}: no MachineConfig; there is no butane")
    return timed("scenario", name, scenarios.run, options)


def longest_first(names, full):
    """What took long the last time begins first, so that nothing long is left for the end, when the other processor is idle."""
    took = PRESUMED_SECONDS | (full_table.seconds() if full else times.wall_seconds())
    return sorted(names, key=lambda name: -took.get(name, 0))


def run_all(names, scenario_names, options):
    workers = WORKERS_FULL if options.full else WORKERS
    with concurrent.futures.ThreadPoolExecutor(1) as aside, concurrent.futures.ThreadPoolExecutor(workers) as pool:
        # The image takes its time in the network and on the disk, the builds in the compiler.
        image = aside.submit(scenarios.build_image) if scenario_names else None
        broken = make_builds(names, scenario_names, options.full)
        running = [pool.submit(run_suites, names, broken)]
        running += [pool.submit(run_scenario, name, options, image, broken) for name in longest_first(scenario_names, options.full)]
        return sum((each.result() for each in running), Outcome())


def tell_of_long_runs(options, trees):
    """With --full the table gets rows of what ran; otherwise it is said which rows are of other sources."""
    if options.full and options.seed is None and trees:
        full_table.renew(full_table.row_of(name, outcome.tried, outcome, cost.wall, trees) for name, (outcome, cost) in _ended.items())
        return
    for what, names in full_table.of_another_tree([*suites.SUITES, *scenarios.available()]).items():
        print(f"--full, {what}: {' '.join(names)}")


def main():
    arguments = parse_arguments()
    if arguments.list:
        print_list()
        return 0
    chosen = choose(arguments.names)
    process.end_with_children()
    held = lock()
    begin = time.monotonic()
    if arguments.full:
        os.environ["ONLOAD_NODE_TEST_FULL"] = "1"
    options = scenarios.Options(arguments.full, arguments.seed)
    # Before the run: who changes a source meanwhile does not get a row for it.
    trees = full_table.tree_ids()
    try:
        total = run_all(*chosen, options)
    finally:
        process.stop_all()
        held.close()
        times.save()
    times.print_table()
    tell_of_long_runs(options, trees)
    for reason in total.reasons:
        print(reason)
    print(f"{time.monotonic() - begin:.0f} s, logs in {LOGS.relative_to(BUILD.parent)}")
    print(total, flush=True)
    return 1 if total.failed or (os.environ.get("CI") == "true" and total.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
