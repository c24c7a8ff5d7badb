# SPDX-License-Identifier: BSD-2-Clause
"""The Meson suites, case by case: a GoogleTest executable counts for as many as it has."""

import concurrent.futures
import json
import os

from . import process
from .build import DEV, RELEASE, tests_of
from .outcome import Outcome, failure, print_tail, skip
from .paths import LOGS

WORKERS = 2
SKIPPED_STATUS = 77
# Meson's limit is half a minute where a test names none. Here it only ends what hangs, on a machine with much else to do, too.
LEAST_SECONDS = 1800

# Suite -> what it tests and the build it belongs to.
SUITES = {
    "core": ("the pure part: configuration, plan, inverses", DEV),
    "names-property": ("any ports, configuration and memory give names without conflict, and only once", DEV),
    "system": ("the adapters of the C libraries", DEV),
    "run": ("observing, executing and undoing, on faked ports", DEV),
    "simulation": ("every failure and stop on the node in memory, sanitized, and a sample of the pairs; with --full all of them", DEV),
    "cli": ("the command line, the configuration file, the output", DEV),
    "stage": ("getting modules onto the node: archives, what is refused of them, what is put where", DEV),
    "fuzz": ("what reads bytes that others wrote, on the corpora that the fuzzer has left", DEV),
    "device-plugin": ("the device plugin, against a kubelet's stand-in", DEV),
    "metrics": ("what the device plugin tells a scraper", DEV),
    "lint": ("the house rules, and what the delivered files may need and hold", RELEASE),
    "machineconfigs": ("every MachineConfig, for every OpenShift version", RELEASE),
    "release-folder": ("what packaging/release makes: twice the same, valid, checked as a user checks it", RELEASE),
    "rpm": ("the RPM: its files, its scriptlets, installed into an empty root", RELEASE),
    "manifests": ("the objects for the cluster: rendered, valid, consistent with each other", RELEASE),
    "privileges": ("no object asks for more than its line in the table justifies", RELEASE),
}

SANITIZERS = {
    "ASAN_OPTIONS": "abort_on_error=0:detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
}


def count_cases(report, name):
    """The cases of a GoogleTest report."""
    outcome = Outcome()
    document = json.loads(report.read_text(encoding="utf-8"))
    for group in document.get("testsuites", []):
        for case in group["testsuite"]:
            title = f"{name}: {group['name']}.{case['name']}"
            if case.get("failures"):
                outcome += failure(title)
            elif case["status"] == "NOTRUN" or case["result"] == "SKIPPED":
                outcome += skip(title)
            else:
                outcome += Outcome(passed=1)
    return outcome


def judge(name, status, report):
    """What a test came to. A crash counts even if every case before it passed."""
    if not report.exists():
        if status == SKIPPED_STATUS:
            return skip(name)
        return Outcome(passed=1) if status == 0 else failure(f"{name} ({status})")
    outcome = count_cases(report, name)
    if status != 0 and not outcome.failed:
        outcome += failure(f"{name} ended with {status}")
    if outcome == Outcome():
        outcome += failure(f"{name} has no case")
    return outcome


def run_test(suite, test, build):
    """Runs one of Meson's tests and shows the end of its log if it failed."""
    log = LOGS / f"{suite}-{test['name'].replace(' ', '-').replace('/', '-')}.log"
    report = log.with_suffix(".json")
    report.unlink(missing_ok=True)
    # GoogleTest looks here when it is not told on the command line; other programs do not care.
    environment = os.environ | SANITIZERS | test["env"] | {"GTEST_OUTPUT": f"json:{report}"}
    directory = test["workdir"] or build.directory
    seconds = max(test["timeout"] or 0, LEAST_SECONDS)
    child = process.start(test["cmd"], log, cwd=directory, env=environment)
    before = process.cpu_seconds()
    try:
        status = process.wait(child, seconds, f"{suite} {test['name']}", log)
    except process.TimedOut as error:
        status = str(error)
    return log, judge(test["name"], status, report), process.cpu_seconds() - before


def run(suite, _cost):
    """Runs a suite of an up-to-date build."""
    build = SUITES[suite][1]
    tests = tests_of({suite}, build)
    if not tests:
        return failure(f"suite {suite} has no test")
    total = Outcome()
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for log, outcome, cpu_seconds in pool.map(lambda test: run_test(suite, test, build), tests):
            process.add_cpu_seconds(cpu_seconds)
            total += outcome
            if outcome.failed:
                print(f"  {suite}: {'; '.join(outcome.reasons)}")
                print_tail(log)
    return total
