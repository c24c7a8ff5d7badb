# SPDX-License-Identifier: BSD-2-Clause
"""The transcripts in our documents: what a booted node prints, compared and, with ONLOAD_NODE_TEST_RECORD_TRANSCRIPTS=1, written anew.

A transcript is an indented block that begins with "# COMMAND". What is different in each boot is compared as one word: times, builds,
process numbers, memory and the kernel's release."""

import os
import re

from . import paths
from .checks import check

RECORD_VARIABLE = "ONLOAD_NODE_TEST_RECORD_TRANSCRIPTS"
INDENT = "    "
DIFFERENT_EACH_TIME = (
    (r"build [0-9a-f]{12}", "build ID"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d ?(?:UTC|Z)", "TIME"),
    (r"since \w{3} TIME; .*? ago", "since TIME"),
    (r"PID: \d+", "PID: N"),
    (r"Process: \d+", "Process: N"),
    (r"CPU: [\d.]+m?s", "CPU: N"),
    (r"took \d+ ms", "took N ms"),
    (r"\d+\.\d+\.\d+-[\w.]+-amd64", "KERNEL"),
)


def comparable(text):
    for pattern, word in DIFFERENT_EACH_TIME:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def printed(machine, command):
    return machine.run(f"COLUMNS=100 SYSTEMD_COLORS=0 {command}").stdout


def _block(lines, at):
    """The lines below a command: up to the next command, or the end of what is indented."""
    end = at + 1
    while end < len(lines) and (lines[end].startswith(INDENT) or not lines[end].strip()) and not lines[end].startswith(f"{INDENT}# "):
        end += 1
    return end


def compared(machine, document):
    """Each transcript of a document against what this node prints now."""
    path = paths.PROJECT / document
    lines = path.read_text(encoding="utf-8").splitlines()
    record = os.environ.get(RECORD_VARIABLE)
    at = 0
    found = 0
    while at < len(lines):
        if not lines[at].startswith(f"{INDENT}# "):
            at += 1
            continue
        command, end = lines[at].removeprefix(f"{INDENT}# "), _block(lines, at)
        said = printed(machine, command)
        found += 1
        if record:
            lines[at + 1:end] = [*((INDENT + line).rstrip() for line in said.rstrip("\n").splitlines()), ""]
            end = _block(lines, at)
        written = "\n".join(line.removeprefix(INDENT) for line in lines[at + 1:end])
        check(f"{document}: what `{command}` prints is what is written", comparable(written) == comparable(said),
              f"written:\n{written}\nprinted:\n{said}\n{RECORD_VARIABLE}=1 writes it")
        at = end
    check(f"{document}: there are transcripts", found > 0)
    if record:
        path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
