# SPDX-License-Identifier: BSD-2-Clause
"""What is in a release, as SPDX 2.3: its files, the programs in the MachineConfigs, what is compiled into those and what they need."""

import datetime
import gzip
import hashlib
import json
import re
import subprocess
import uuid
from pathlib import Path

from . import tree
from .refusal import Refusal

NAME = "sbom.spdx.json"
THIRD_PARTY = "THIRD-PARTY-LICENSES"
OURS = "BSD-2-Clause"
# Folders whose files carry programs, with what is compiled into those.
WITH_PROGRAMS = ("machineconfigs", "hosted")
# Name of Meson's dependency -> as it is called, licence. Compiled into the programs.
COMPILED_IN = {
    "tomlplusplus": ("toml++", "MIT"),
    "spdlog": ("spdlog", "MIT"),
    "fmt": ("fmt", "MIT"),
}
# tl::expected is a header that no pkg-config knows: Meson has no version of it.
HEADERS = {"expected": "CC0-1.0"}
# Library that a program asks for -> licence, and Meson's dependency that knows the version it was built against. They are the node's, not ours.
NEEDED = {
    "libselinux.so": ("LicenseRef-libselinux-public-domain", "libselinux"),
    "libsystemd.so": ("LGPL-2.1-or-later", "libsystemd"),
    "libkmod.so": ("LGPL-2.1-or-later", "libkmod"),
    "libudev.so": ("LGPL-2.1-or-later", "libudev"),
    "libpci.so": ("GPL-2.0-or-later", "libpci"),
    "libcrypto.so": ("Apache-2.0", "libcrypto"),
    "liblzma.so": ("0BSD", "liblzma"),
    "libz.so": ("Zlib", "zlib"),
    "libzstd.so": ("BSD-3-Clause OR GPL-2.0-only", "libzstd"),
    "libstdc++.so": ("GPL-3.0-or-later WITH GCC-exception-3.1", None),
    "libgcc_s.so": ("GPL-3.0-or-later WITH GCC-exception-3.1", None),
    "libm.so": ("LGPL-2.1-or-later", None),
    "libc.so": ("LGPL-2.1-or-later", None),
    "ld-linux-x86-64.so": ("LGPL-2.1-or-later", None),
}
PUBLIC_DOMAIN = {
    "licenseId": "LicenseRef-libselinux-public-domain",
    "name": "libselinux's licence",
    "extractedText": "This library (libselinux) is public domain software, i.e. not copyrighted.",
}


def write(folder, build, version, when):
    versions = _versions(build)
    programs = sorted((build / "butane").glob("*.gz"))
    if not programs:
        raise Refusal(f"{build} has no compressed program")
    files = [_file(folder, path) for path in tree.files(folder)]
    root = _root_package(files, version)
    packages, relations = [root], [("SPDXRef-DOCUMENT", "DESCRIBES", root["SPDXID"])]
    relations += [(root["SPDXID"], "CONTAINS", each["SPDXID"]) for each in files]
    for program in programs:
        _add_program(program, version, versions, packages, relations)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"onload-node-{version}",
        "documentNamespace": f"https://spdx.org/spdxdocs/onload-node-{version}-{_identity(files)}",
        "creationInfo": {"created": _time(when), "creators": [f"Tool: packaging/release-{version}"]},
        "packages": packages,
        "files": files,
        "hasExtractedLicensingInfos": [PUBLIC_DOMAIN],
        "relationships": [{"spdxElementId": left, "relationshipType": kind, "relatedSpdxElement": right} for left, kind, right in relations],
    }
    (folder / NAME).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _time(when):
    return datetime.datetime.fromtimestamp(when, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _identity(files):
    """Of these contents and no others."""
    sums = "".join(checksum["checksumValue"] for each in files for checksum in each["checksums"])
    return uuid.uuid5(uuid.NAMESPACE_OID, sums)


def _reference(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def _sums(content):
    return [{"algorithm": name, "checksumValue": hashlib.new(name, content).hexdigest().lower()} for name in ("SHA1", "SHA256")]


def _file(folder, path):
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    others = {*HEADERS.values(), *(licence for _, licence in COMPILED_IN.values())}
    licences = [OURS]
    if str(path) == THIRD_PARTY:
        licences = sorted(others)
    elif path.parts[0] in WITH_PROGRAMS:
        licences = sorted({OURS, *others})
    return {
        "SPDXID": f"SPDXRef-File-{digest}",
        "fileName": f"./{path}",
        "checksums": _sums((folder / path).read_bytes()),
        "licenseConcluded": " AND ".join(licences),
        "licenseInfoInFiles": licences,
        "copyrightText": "NOASSERTION",
    }


def _root_package(files, version):
    sums = sorted(each["checksums"][0]["checksumValue"] for each in files)
    excluded = [f"./{name}" for name in (NAME, tree.CHECKSUMS, tree.SIGNATURE)]
    licences = sorted({licence for each in files for licence in each["licenseInfoInFiles"]})
    return _package("onload-node-release", version, " AND ".join(licences)) | {
        "filesAnalyzed": True,
        "packageVerificationCode": {
            "packageVerificationCodeValue": hashlib.sha1("".join(sums).encode()).hexdigest(),
            "packageVerificationCodeExcludedFiles": excluded,
        },
        "licenseInfoFromFiles": licences,
    }


def _package(name, version, licence):
    return {
        "SPDXID": _reference(f"Package-{name}"),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
    }


def _add_program(compressed, version, versions, packages, relations):
    """A program as the node has it: `sha256sum` there gives the checksum here."""
    name = compressed.name.removesuffix(".gz")
    known = {each["SPDXID"] for each in packages}
    package = _package(name, version, OURS) | {"checksums": _sums(gzip.decompress(compressed.read_bytes())), "packageFileName": name}
    packages.append(package)
    relations.append((packages[0]["SPDXID"], "CONTAINS", package["SPDXID"]))
    parts = [(_package(title, versions[key], licence), "STATIC_LINK") for key, (title, licence) in COMPILED_IN.items()]
    parts += [(_package(title, "NOASSERTION", licence), "STATIC_LINK") for title, licence in HEADERS.items()]
    parts += [(part, "DYNAMIC_LINK") for part in _needed(compressed.with_name(f"{name}.stripped"), versions)]
    for part, link in parts:
        if part["SPDXID"] not in known:
            packages.append(part)
        relations.append((package["SPDXID"], link, part["SPDXID"]))


def _needed(program, versions):
    done = subprocess.run(["readelf", "--wide", "--dynamic", program], capture_output=True, text=True, timeout=60, check=True)
    for library in sorted(re.findall(r"\(NEEDED\).*\[(.+)\]", done.stdout)):
        name = re.sub(r"\.so\..*$", ".so", library)
        if Path(program).with_name(f"{library}.gz").exists():
            continue  # one of ours, which has a line of its own
        if name not in NEEDED:
            raise Refusal(f"{program.stem} needs {library}, of which packaging/releasing/sbom.py knows no licence")
        licence, dependency = NEEDED[name]
        yield _package(library, versions.get(dependency, "NOASSERTION"), licence)


def _versions(build):
    """Meson's dependency -> the version that the build has found."""
    done = subprocess.run(["meson", "introspect", "--dependencies", str(build)], capture_output=True, text=True, timeout=120, check=True)
    versions = {each["name"]: each["version"] for each in json.loads(done.stdout)}
    missing = [name for name in COMPILED_IN if name not in versions]
    if missing:
        raise Refusal(f"the build does not tell the version of {', '.join(missing)}")
    return versions
