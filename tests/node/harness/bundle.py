# SPDX-License-Identifier: BSD-2-Clause
"""What `onload-node diagnose` collects, to be looked into."""

import io
import tarfile


class Bundle:
    """What is in a tar.gz: path below its one folder -> content."""

    def __init__(self, data):
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
            self.folders = {member.name.split("/")[0] for member in archive}
            self.files = {
                member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive if member.isfile()
            }

    def text(self, path):
        return self.files.get(path, b"").decode()

    def outcome(self, item):
        """What its table of contents says of an item."""
        return next((line[len(item) + 2 :] for line in self.text("contents.txt").splitlines() if line.startswith(f"{item}: ")), None)
