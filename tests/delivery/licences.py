# SPDX-License-Identifier: BSD-2-Clause
"""What a text says of the licences of the libraries that are compiled into the programs: whole, and with who grants them."""

import re

GRANT = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"
CC0 = "Statement of Purpose"
# Library -> its author, and words of its licence.
WANTED = {
    "tomlplusplus": ("Mark Gillard", GRANT),
    "spdlog": ("Gabi Melman", GRANT),
    "fmt": ("Victor Zverovich", GRANT),
    "expected": ("", "CC0"),
}
# As an SBOM calls it -> as Meson does.
CALLED = {"toml++": "tomlplusplus"}


def parts(text):
    """Heading -> what stands below it, in one line."""
    found = re.split(r"^=+\n(\S+)\n=+\n", text, flags=re.MULTILINE)
    return {heading: " ".join(part.split()) for heading, part in zip(found[1::2], found[2::2])}


def complaints(text, libraries=WANTED):
    """What is missing in it."""
    found = parts(text)
    for library in libraries:
        for words in WANTED[CALLED.get(library, library)]:
            if words not in found.get(CALLED.get(library, library), ""):
                yield f"{library}: nothing of \"{words}\""
    # A path of Debian's is no text.
    named = set(re.findall(r"/usr/share/common-licenses/[\w.+-]*\w", text)) - {"/usr/share/common-licenses"}
    yield from (f"{path} is named, and is not there" for path in named if path not in found)
    if "CC0-1.0" in text and CC0 not in text:
        yield "CC0-1.0 is named, and its text is not there"
