# SPDX-License-Identifier: BSD-2-Clause
"""The RPM of the build under test, taken apart on the host: a test node has no rpm."""

import subprocess

from .paths import PROJECT


def rpm_package(lab):
    """The folder of its files, and its scriptlet."""
    top, files = lab.folder / "rpm", lab.folder / "files"
    build = lab.machine_config.resolve().parent.parent
    spec = PROJECT / "packaging/rpm/onload-node.spec"
    clean = ["rm", "-rf", str(top), str(files)]
    make = ["rpmbuild", "--quiet", "-bb", "--define", f"prebuilt {build}", "--define", f"_topdir {top}", "--define", f"_dbpath {top}/db", str(spec)]
    for command in (clean, make):
        subprocess.run(command, check=True, timeout=120, capture_output=True)
    (package,) = top.glob("RPMS/*/*.rpm")
    files.mkdir()
    archive = subprocess.run(["rpm2cpio", package], check=True, timeout=60, capture_output=True).stdout
    subprocess.run(["cpio", "--quiet", "-idm"], input=archive, cwd=files, check=True, timeout=60)
    scriptlet = subprocess.run(["rpm", "-qp", "--qf", "%{POSTIN}", package], check=True, timeout=60, capture_output=True).stdout
    return files, scriptlet
