# SPDX-License-Identifier: BSD-2-Clause
"""What `onload-node stage` is given: the fixture modules as module images have them, in every form that it takes."""

import io
import json
import tarfile

from . import paths
from .scratch_images import OCI, digest_of, oci_image

TREE = "opt/lib/modules/{kernel}"
# libonload.so says which Onload it is of; the fixture modules are of this one.
LIBRARY = b"\x7fELF\0GLIBC_2.2.5\0Onload 8.1.2.26 (release)\0"


def module_files(kernel, content=None):
    """Path -> bytes (a text: where a link leads) of the modules for a kernel; `content`: of one more file, to tell
    images apart."""
    tree, top = paths.STAGED / "lib/modules" / paths.kernel_release(), TREE.format(kernel=kernel)
    files = {f"{top}/{path.relative_to(tree)}": path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()}
    # As KMM's images have it.
    files[f"{top}/kernel"] = f"/lib/modules/{kernel}/kernel"
    return files | ({f"{top}/extra/which": content} if content else {})


def user_files():
    """Libraries and programs, as their images have them."""
    return {
        "opt/onload/usr/lib64/libonload.so": LIBRARY,
        "opt/onload/usr/lib64/libonload_ext.so.2": b"\x7fELF",
        "opt/onload/usr/lib64/libonload_ext.so": "libonload_ext.so.2",
        "opt/onload/sbin/onload_cp_server": (paths.PROGRAMS / "onload_cp_server").read_bytes(),
        "usr/sbin/sfptpd": (paths.PROGRAMS / "sfptpd").read_bytes(),
    }


def everything(kernel, content=None):
    """One image with all of it, among things that are nobody's business."""
    return {"etc/hostname": b"image\n", "usr/share/big": bytes(2_000_000)} | module_files(kernel, content) | user_files()


def tar_of(files, *more):
    """A tar archive; `more` are members (TarInfo, bytes) that are added as they are."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for path, content in sorted(files.items()):
            _add(archive, path, content)
        for member, content in more:
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()


def _add(archive, path, content):
    member = tarfile.TarInfo(path)
    if isinstance(content, str):
        member.type, member.linkname = tarfile.SYMTYPE, content
        archive.addfile(member)
    else:
        member.size, member.mode = len(content), 0o755 if "bin/" in path or ".so" in path else 0o644
        archive.addfile(member, io.BytesIO(content))


def member(path, kind=tarfile.REGTYPE, target=""):
    """A member without content, of any kind."""
    made = tarfile.TarInfo(path)
    made.type, made.linkname = kind, target
    return made, b""


def docker_archive(files, name="localhost/modules:1"):
    """As `podman save` writes it."""
    layer = tar_of(files)
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
    }).encode()
    config_name = f"{digest_of(config).removeprefix('sha256:')}.json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    return tar_of({config_name: config, "layer.tar": layer, "manifest.json": manifest})


def oci_archive(files):
    """As `podman save --format oci-archive` and `skopeo copy` write it."""
    image = oci_image("modules", "1", files)
    index = {
        "schemaVersion": 2,
        "manifests": [{"mediaType": OCI, "size": len(image.manifest), "digest": image.digest}],
    }
    blobs = {f"blobs/sha256/{digest_of(blob).removeprefix('sha256:')}": blob for blob in [*image.blobs, image.manifest]}
    layout = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode()}
    return tar_of(layout | blobs)
