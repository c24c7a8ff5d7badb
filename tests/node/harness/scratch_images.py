# SPDX-License-Identifier: BSD-2-Clause
"""Container images from scratch, made of bytes here: no tool, no base image. Laid out as the store of a registry."""

import dataclasses
import gzip
import hashlib
import io
import json
import tarfile

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
OCI = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer(files):
    """A gzipped tar of path -> bytes (a text: where a link leads); the same files make the same bytes."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for path, content in sorted(files.items()):
            member = tarfile.TarInfo(path)
            if isinstance(content, str):
                member.type, member.linkname, content = tarfile.SYMTYPE, content, b""
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(data.getvalue(), 6, mtime=0)


@dataclasses.dataclass
class ScratchImage:
    """One image: its manifest, the manifests of its platforms if it is a list of them, and its blobs."""

    name: str  # NAMESPACE/NAME
    tag: str
    manifest: bytes
    manifests: list  # all, the one of the tag last
    blobs: list

    @property
    def digest(self):
        return digest_of(self.manifest)


def _descriptor(media_type, data, **more):
    return {"mediaType": media_type, "size": len(data), "digest": digest_of(data)} | more


def _single(files, types, architecture="amd64"):
    """Manifest and blobs of an image for one platform."""
    kind, config_type, layer_type = types
    data = layer(files)
    diff = digest_of(gzip.decompress(data))
    config = json.dumps({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": [diff]}}).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": _descriptor(config_type, config),
        "layers": [_descriptor(layer_type, data)],
    }
    # Indented: an image that somebody writes anew in passing would come out in other bytes.
    return json.dumps(manifest, indent=3).encode(), [config, data]


def docker_image(name, tag, files):
    manifest, blobs = _single(files, (DOCKER, DOCKER_CONFIG, DOCKER_LAYER))
    return ScratchImage(name, tag, manifest, [manifest], blobs)


def oci_image(name, tag, files):
    manifest, blobs = _single(files, (OCI, OCI_CONFIG, OCI_LAYER))
    return ScratchImage(name, tag, manifest, [manifest], blobs)


def image_list(name, tag, files, architectures=("amd64", "arm64")):
    """One tag for several platforms, as base images are."""
    entries, manifests, blobs = [], [], []
    for architecture in architectures:
        files_here = files | {"architecture": architecture.encode()}
        manifest, more = _single(files_here, (DOCKER, DOCKER_CONFIG, DOCKER_LAYER), architecture)
        entries.append(_descriptor(DOCKER, manifest, platform={"architecture": architecture, "os": "linux"}))
        manifests.append(manifest)
        blobs += more
    whole = json.dumps({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": entries}, indent=3).encode()
    return ScratchImage(name, tag, whole, [*manifests, whole], blobs)


def write_registry_store(folder, images):
    """The folder that docker-registry serves, as if each image had been pushed to it."""
    base = folder / "docker/registry/v2"
    for image in images:
        repository = base / "repositories" / image.name
        for blob in [*image.blobs, *image.manifests]:
            _write(base / "blobs" / _blob_path(blob) / "data", blob)
        for blob in image.blobs:
            _link(repository / "_layers", blob)
        for manifest in image.manifests:
            _link(repository / "_manifests/revisions", manifest)
        tag = repository / "_manifests/tags" / image.tag
        _write(tag / "current/link", image.digest.encode())
        _link(tag / "index", image.manifest)


def _blob_path(data):
    name = digest_of(data).removeprefix("sha256:")
    return f"sha256/{name[:2]}/{name}"


def _link(folder, data):
    digest = digest_of(data)
    _write(folder / "sha256" / digest.removeprefix("sha256:") / "link", digest.encode())


def _write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
