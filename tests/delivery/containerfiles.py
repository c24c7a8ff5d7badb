# SPDX-License-Identifier: BSD-2-Clause
"""The Containerfiles, instruction by instruction, and the table of their RUN lines in packaging/images/README.md: which were tried,
and with what text."""

import hashlib
import re

from cases import ROOT

IMAGES = ROOT / "packaging/images"
README = IMAGES / "README.md"
HEADING = "| image | RUN | text | tried |"


def instructions(text):
    """(instruction, the rest), continuation lines joined as the shell would have them."""
    parts = []
    for line in text.splitlines():
        if line.lstrip().startswith("#") or (not parts and not line.strip()):
            continue
        parts.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            word, _, rest = " ".join(part.strip() if number else part for number, part in enumerate(parts)).partition(" ")
            yield word, rest.strip()
            parts = []


def digest(run):
    return hashlib.sha256(" ".join(run.split()).encode()).hexdigest()[:8]


def images():
    return sorted(path.parent.name for path in IMAGES.glob("*/Containerfile"))


def runs(image):
    """The RUN lines of an image, in order."""
    text = (IMAGES / image / "Containerfile").read_text(encoding="utf-8")
    return [rest for word, rest in instructions(text) if word == "RUN"]


def rows():
    """(image, number) -> (text, tried)."""
    found = {}
    text = README.read_text(encoding="utf-8").partition(HEADING)[2] if README.exists() else ""
    for line in text.splitlines():
        match = re.fullmatch(r"\| (\S+) \| (\d+) [^|]*\| `(\w+)` \| (.+) \|", line)
        if match:
            found[(match[1], int(match[2]))] = (match[3], match[4])
    return found


def without_licences():
    """The images that get a program of ours, and not the licences that go with it."""
    for image in images():
        last = []
        for word, rest in instructions((IMAGES / image / "Containerfile").read_text(encoding="utf-8")):
            last = [] if word == "FROM" else [*last, f"{word} {rest}"]
        copied = [line for line in last if line.startswith("COPY")]
        if any("/build/src/" in line for line in copied):
            yield from (f"{image}: {name}" for name in ("LICENSE", "THIRD-PARTY-LICENSES") if not any(re.search(rf"[ /]{name} /usr/share/licenses/{image}/$", line) for line in copied))


def everything(cases):
    """No RUN line is missing from the table, none has changed since it was tried, and none that was not says nothing of why."""
    wanted = {(image, number): digest(run) for image in images() for number, run in enumerate(runs(image), 1)}
    table = rows()
    cases.equal("the table has every RUN line, and no other", sorted(table), sorted(wanted))
    changed = [f"{image}, RUN {number}: {wanted[(image, number)]}" for image, number in wanted if (image, number) in table and table[(image, number)][0] != wanted[(image, number)]]
    cases.none("each is as it was when it was tried; run tests/delivery/try-containerfiles again, and put the new text into the table", changed)
    cases.none("each image with a program of ours has its licence and those of what is compiled in", without_licences())
    vague = [key for key, (_, tried) in table.items() if not tried.startswith(("yes: ", "no: ")) or len(tried) < 12]
    cases.equal("each says how it was tried, or why it was not", vague, [])
