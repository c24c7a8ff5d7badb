# SPDX-License-Identifier: BSD-2-Clause
"""tests/bench/run: the command line."""

import argparse
import subprocess
import sys

from harness import paths
from harness.lab import Lab
from runner import build, process
from runner.exclusive import lock

from . import device_plugin, memory, ports, staging, swap, symbols

BENCHES = {
    "swap": swap,
    "memory": memory,
    "symbols": symbols,
    "ports": ports,
    "staging": staging,
    "device-plugin": device_plugin,
}


def parse_arguments():
    what = "; ".join(f"{name}: {bench.__doc__.splitlines()[0]}" for name, bench in BENCHES.items())
    parser = argparse.ArgumentParser(prog="tests/bench/run", description="Measures what onload-node costs.", epilog=what)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all if none is given")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    return arguments


def run(name):
    lab = Lab(f"bench-{name}", machine_config=build.MACHINE_CONFIG)
    lab.folder.mkdir(parents=True, exist_ok=True)
    print(f"== {name}: {BENCHES[name].__doc__.splitlines()[0]}", flush=True)
    try:
        BENCHES[name].bench(lab)
    finally:
        lab.close()


def main():
    arguments = parse_arguments()
    process.end_with_children()
    held = lock()
    try:
        build.make(build.RELEASE)
    except build.BuildError as error:
        sys.exit(f"tests/bench/run: {error}")
    if not build.MACHINE_CONFIG.exists():
        sys.exit("tests/bench/run: without butane there is no MachineConfig to measure")
    subprocess.run([paths.NODE / "image" / "build"], check=True)
    for name in arguments.names or BENCHES:
        run(name)
    held.close()


if __name__ == "__main__":
    main()
