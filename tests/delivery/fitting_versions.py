# SPDX-License-Identifier: BSD-2-Clause
"""The Onload that is built by default is one that builds on the kernel of the OpenShift that is meant by default, by a table in
packaging/docs/versions.md that has every OpenShift we support, and a public source for each line."""

import re

from cases import ROOT

VERSIONS = ROOT / "packaging/docs/versions.md"
STAGING = ROOT / "packaging/docs/staging.md"
SUPPORTED = [f"4.{minor}" for minor in range(12, 22)]
HEADING = "| OpenShift | RHEL | kernel | Onload | source |"


def _versions(cell):
    """4.16 to 4.18 -> all three."""
    first, _, last = cell.partition(" to ")
    low, high = (int(each.partition(".")[2]) for each in (first, last or first))
    return [f"4.{minor}" for minor in range(low, high + 1)]


def _rows():
    """OpenShift -> the other cells."""
    rows = {}
    text = VERSIONS.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n\n")[0]
    for line in text.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows |= {version: cells[1:] for version in _versions(cells[0])}
    return rows


def everything(cases, values):
    rows = _rows()
    cases.equal("the document says which Onload fits which OpenShift, for all that we support", sorted(rows, key=SUPPORTED.index), SUPPORTED)
    cases.equal("each with a public source", [each for each, cells in rows.items() if "https://" not in cells[-1]], [])
    default, tag = values["OPENSHIFT_MINOR"].removeprefix("v"), values["ONLOAD_TAG"].removeprefix("v")
    fitting = re.findall(r"\d+\.\d+\.\d+", rows.get(default, ["", "", "", ""])[2])
    cases.check(f"what is built by default, {tag}, fits the default, OpenShift {default}", tag in fitting, fitting)
    cases.check("the source is that of the tag", values["ONLOAD_SOURCE"].endswith(f"/{values['ONLOAD_TAG']}.tar.gz"), values["ONLOAD_SOURCE"])
    known_not_to_build = ("8.1.2", "8.1.1", "8.1.0")
    late = [each for each, cells in rows.items() if each not in SUPPORTED[:4] and set(re.findall(r"\d+\.\d+\.\d+", cells[2])) & set(known_not_to_build)]
    cases.equal("none that is known not to build on RHEL 9.3 and later is named for that", late, [])
    text = STAGING.read_text(encoding="utf-8")
    tags = set(re.findall(r":(v\d+\.\d+\.\d+)-\$\{kernel\}", text))
    cases.equal("the document's example of a source has the tag that is built", tags, {values["ONLOAD_TAG"]})
