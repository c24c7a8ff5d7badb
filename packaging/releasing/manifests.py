# SPDX-License-Identifier: BSD-2-Clause
"""The objects for the cluster, and what goes with them, under the names that the documents use; images by their digests."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .refusal import Refusal

# Of packaging/: what a cluster is installed, looked at and left with. What makes a release stays behind.
PARTS = ("airgap", "docs", "images", "kubernetes", "openshift", "onload-sources.conf", "qualify")
PINNED = re.compile(r"(?P<name>newName: (?P<image>\S+)\n\s+)newTag: (?P<tag>\S+)")
# What stands for a kernel in the tag of an image; each kernel has its own, and so its own digest.
KERNEL = "KERNEL_TAG"


def read_digests(path):
    """NAMESPACE/NAME:TAG -> digest, whatever registry a line names."""
    found = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(sha256:[0-9a-f]{64}) (\S+:[\w.-]+)( \S+)?", line.strip())
        if not match:
            raise Refusal(f"{path}:{number}: not `sha256:DIGEST NAMESPACE/NAME:TAG`: {line}")
        reference = _without_registry(match[2])
        if found.setdefault(reference, match[1]) != match[1]:
            raise Refusal(f"{path}:{number}: {reference} has another digest above")
    return found


def copy_from(source, folder, registry, digests, by_tag):
    """Returns the images that go by their tag though a digest could have been given."""
    with tempfile.TemporaryDirectory(prefix="onload-node-release.") as scratch:
        packaging = _another_tree(source, Path(scratch), registry)
        for part in PARTS:
            if (packaging / part).is_dir():
                shutil.copytree(packaging / part, folder / "packaging" / part, ignore=_left_out)
            else:
                shutil.copy(packaging / part, folder / "packaging" / part)
    missing = set()
    for path in sorted((folder / "packaging/kubernetes").rglob("kustomization.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(PINNED.sub(lambda match: _by_digest(match, digests, missing), text), encoding="utf-8")
    if missing and not by_tag:
        names = "\n".join(f"  {name}" for name in sorted(missing))
        raise Refusal(f"no digest is given (--images) of these; --by-tag releases them by their tags:\n{names}")
    return sorted(missing)


def _without_registry(reference):
    """A registry may have a path of its own; namespace and name are the last two parts."""
    return "/".join(reference.split("/")[-2:])


def _by_digest(match, digests, missing):
    reference = f"{_without_registry(match['image'])}:{match['tag']}"
    if KERNEL in reference:
        return match[0]
    if reference not in digests:
        missing.add(reference)
        return match[0]
    return f"{match['name']}digest: {digests[reference]}"


def _another_tree(source, scratch, registry):
    """packaging/ as packaging/generate makes it for this registry."""
    packaging = scratch / "packaging"
    shutil.copytree(source / "packaging", packaging)
    shutil.copy(source / "meson.build", scratch)
    if registry:
        if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*", registry):
            raise Refusal(f'"{registry}" is no registry: HOST, HOST:PORT, with a path perhaps')
        conf = packaging / "onload-sources.conf"
        text = re.sub(r"^IMAGE_REGISTRY=.*$", f"IMAGE_REGISTRY={registry}", conf.read_text(encoding="utf-8"), flags=re.MULTILINE)
        conf.write_text(text, encoding="utf-8")
    subprocess.run([packaging / "generate"], check=True, timeout=60)
    return packaging


def _left_out(_, names):
    """Templates, whose results are there, and what editors and Python leave."""
    return {name for name in names if name.endswith((".in", "~", ".pyc")) or name.startswith(".") or name == "__pycache__"}
