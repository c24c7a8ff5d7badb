# SPDX-License-Identifier: BSD-2-Clause
"""The content of a file in an Ignition config: a data: URL, perhaps compressed."""

import base64
import gzip
import urllib.parse

from .errors import HarnessError


def decoded(file):
    contents = file.get("contents") or {}
    source = contents.get("source") or "data:,"
    scheme, _, rest = source.partition(":")
    if scheme != "data":
        raise HarnessError(f"{file['path']}: its content is at {source}; a MachineConfig carries data: only")
    kind, _, payload = rest.partition(",")
    data = urllib.parse.unquote_to_bytes(payload)
    if kind.endswith(";base64"):
        data = base64.b64decode(data)
    return gzip.decompress(data) if contents.get("compression") == "gzip" else data
