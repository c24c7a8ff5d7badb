# SPDX-License-Identifier: BSD-2-Clause
"""tests/demo: builds what a node gets and shows it at work on the disposable node; with --broken REASON one that is broken, and with
--cure how it is mended."""

import concurrent.futures
import os
import subprocess
import sys

from . import build, process, scenarios
from .exclusive import lock
from .paths import NODE


def main():
    if any(word in ("--help", "-h", "list") or word.startswith("--broken") for word in sys.argv[1:]):
        # What is wrong with the words is said before anything is built.
        told = subprocess.run([str(NODE / "scenario"), "--check-words", *sys.argv[1:]], check=False)
        if told.returncode != 0 or not ({"--broken"} & set(sys.argv[1:])) or "list" in sys.argv[1:]:
            sys.exit(told.returncode)
    process.end_with_children()
    # Held by the program that takes this one's place, too.
    held = lock()
    os.set_inheritable(held.fileno(), True)
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as aside:
            # The image takes its time in the network and on the disk, the build in the compiler.
            image = aside.submit(scenarios.build_image)
            build.make_machine_config()
    except build.BuildError as error:
        sys.exit(f"tests/demo: {error}")
    if not image.result():
        sys.exit("tests/demo: the node's image could not be built")
    if not build.MACHINE_CONFIG.exists():
        # How to get butane has just been said.
        sys.exit("tests/demo: without butane there is no MachineConfig to show")
    sys.stdout.flush()
    command = [str(NODE / "scenario"), "--demo", "--machineconfig", str(build.MACHINE_CONFIG)]
    os.execv(command[0], command + sys.argv[1:])


if __name__ == "__main__":
    main()
