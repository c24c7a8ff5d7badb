# SPDX-License-Identifier: BSD-2-Clause
"""What every lint needs: the project's files, and one way to complain."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# What Meson and the test runner take for "skipped".
SKIPPED = 77


def files():
    """The project's own files, tracked or about to be; relative to the root, in order."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"lint: cannot list the files of {ROOT}: {done.stderr.strip()}")
    names = sorted(set(done.stdout.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


def is_text(path):
    """Whether git would show a diff of it. What a fuzzer has found is bytes, whatever they look like."""
    return "corpus" not in path.parts and b"\0" not in (ROOT / path).read_bytes()[:8000]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def first_line(path):
    with (ROOT / path).open("rb") as stream:
        return stream.readline(200).decode("utf-8", "replace")


def require(program, package):
    """The path of a tool; without it the lint is skipped and says what to install."""
    found = shutil.which(program)
    if not found:
        print(f"skipped: {program} is not installed (apt-get install {package})")
        sys.exit(SKIPPED)
    return found


def run(command, **options):
    """Runs a tool to its end, at most five minutes, and returns what it said."""
    options = {"cwd": ROOT, "timeout": 300} | options
    return subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )


def finish(complaints, looked_at):
    """Prints the verdict and ends the lint. Having looked at nothing is a failure too."""
    for complaint in complaints:
        print(complaint)
    if not looked_at:
        print("there was nothing to look at: the lint is wrong, or the tree is")
        sys.exit(1)
    print(f"{looked_at} looked at, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)
