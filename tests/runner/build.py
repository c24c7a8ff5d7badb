# SPDX-License-Identifier: BSD-2-Clause
"""The two builds: dev, sanitized and with the tests, and release, which is what a node gets."""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import process
from .outcome import print_tail
from .paths import BUILD, LOGS, ROOT, TOOLS
from .times import measured

CONFIGURE_SECONDS = 1800
COMPILE_SECONDS = 7200
BUTANE_SECONDS = 900


class BuildError(Exception):
    """A build failed; its log has been shown."""


@dataclass(frozen=True)
class Build:
    name: str
    native_file: str

    @property
    def directory(self):
        return BUILD / self.name


DEV = Build("dev", "tests/dev.ini")
RELEASE = Build("release", "packaging/release.ini")

# Rendered for the oldest specification: the newest that Debian's Ignition can apply.
MACHINE_CONFIG = RELEASE.directory / "butane" / "99-onload-node-4.12.yaml"


def butane():
    """The path of butane, built if need be; None, having said why, where it cannot be had."""
    found = shutil.which("butane")
    if found:
        return Path(found)
    log = LOGS / "butane.log"
    status = process.run([ROOT / "butane/install", TOOLS], log, BUTANE_SECONDS, "butane")
    if status == 0:
        return TOOLS / "butane"
    print(process.last_line(log, longest=1000), flush=True)
    return None


def _options(build, device_plugin):
    """What a build is configured with beside its native file."""
    options = [f"-Ddevice_plugin={'enabled' if device_plugin else 'disabled'}"]
    if build is RELEASE:
        options.append(f"-Dmachineconfig={'enabled' if butane() else 'disabled'}")
        # Here, with the compiler that is known to be quiet; whoever builds a package may have a newer one.
        options.append("-Dwerror=true")
    return options


def _step(build, what, command, seconds):
    log = LOGS / f"{what}-{build.name}.log"
    # Meson uses ccache where it finds it. What is not in the cache need not be preprocessed first: the compiler tells
    # by itself what it has read.
    environment = os.environ | {"CCACHE_DEPEND": "1"}
    try:
        status = process.run(command, log, seconds, f"{what} {build.name}", cwd=ROOT, env=environment)
    except process.TimedOut as error:
        status = str(error)
    if status != 0:
        print(f"{what} {build.name} failed ({status}):")
        print_tail(log)
        raise BuildError(f"{what} {build.name}, see {log}")


def _configure(build, device_plugin=True):
    """Configures a build; anew if its native file has changed since. Other options leave what is compiled as it is."""
    native_file = ROOT / build.native_file
    stamp = build.directory / "configured-with"
    kept = json.loads(stamp.read_text(encoding="ascii")) if stamp.exists() else {}
    # Who has it goes on having it: the demo may come between two runs of the tests.
    options = _options(build, device_plugin or kept.get("device_plugin", False))
    wanted = {
        "native file": hashlib.sha256(native_file.read_bytes()).hexdigest(),
        "options": options,
        "device_plugin": "-Ddevice_plugin=enabled" in options,
    }
    if kept == wanted:
        return
    if kept.get("native file") == wanted["native file"]:
        command = ["meson", "configure", build.directory, *options]
    else:
        command = ["meson", "setup", build.directory, "--native-file", native_file, *options]
        command += ["--wipe"] if (build.directory / "meson-private").exists() else []
    _step(build, "configure", command, CONFIGURE_SECONDS)
    stamp.write_text(json.dumps(wanted), encoding="ascii")


def tests_of(suites, build):
    """Meson's tests of these suites, the most urgent first; those of its suite `full` with --full only."""
    tests = [test for test in _introspect(build, "--tests")
             if suites & _suites(test) and ("full" not in _suites(test) or os.environ.get("ONLOAD_NODE_TEST_FULL"))]
    return sorted(tests, key=lambda test: -test["priority"])


def _suites(test):
    return {name.split(":")[-1] for name in test["suite"]}


def _introspect(build, what):
    command = ["meson", "introspect", what, str(build.directory)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout)


def _programs_of(suites, build):
    """What the tests of these suites run, as ninja names it."""
    files = {target["id"]: target["filename"] for target in _introspect(build, "--targets")}
    needed = {name for test in tests_of(suites, build) for target in test["depends"] for name in files[target]}
    return sorted(os.path.relpath(name, build.directory) for name in needed)


def make(build, suites=None, device_plugin=True):
    """Configures and compiles, all of it or what these suites run; raises BuildError."""
    with measured("build", build.name) as cost:
        _configure(build, device_plugin)
        # What Meson tells of its targets is as old as its last run: a meson.build may have changed since.
        _step(build, "configure", ["ninja", "-C", build.directory, "build.ninja"], CONFIGURE_SECONDS)
        # Not "all" of the tests' build: for Meson that is also what only --full runs.
        programs = _programs_of(suites, build) if suites else ["all"]
        _step(build, "compile", ["ninja", "-C", build.directory, *programs], COMPILE_SECONDS)
    _tell(build, cost)


def make_machine_config():
    """Of the release build the MachineConfig that a test node gets, where there is butane; raises BuildError."""
    if not butane():
        return
    with measured("build", RELEASE.name) as cost:
        _configure(RELEASE, device_plugin=False)
        target = MACHINE_CONFIG.relative_to(RELEASE.directory)
        _step(RELEASE, "compile", ["ninja", "-C", RELEASE.directory, target], COMPILE_SECONDS)
    _tell(RELEASE, cost)


def _tell(build, cost):
    print(f"build {build.name}: {cost.wall:.1f} s", flush=True)
    for size in sorted(build.directory.glob("butane/machineconfig*-size.txt")):
        print(f"  {size.read_text(encoding='utf-8').strip()}", flush=True)
