# SPDX-License-Identifier: BSD-2-Clause
"""Registries inside the node, on its loopback only: TLS by an authority of the scenario's own, and basic auth."""

import crypt
import subprocess
import time

from .daemon import daemon
from .errors import HarnessError

FOLDER = "/root/registries"
CERTIFICATE_SECONDS = 600


class Authority:
    """A certificate authority made for one scenario; made on the host, where it takes no emulated time."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.certificate = folder / "ca.crt"
        self._openssl("req", "-x509", *_NEW_KEY, "-keyout", folder / "ca.key", "-out", self.certificate, "-subj", "/CN=scenario",
                      "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, host):
        """(key, certificate) of a server."""
        key, request, certificate, names = (self.folder / f"{host}.{suffix}" for suffix in ("key", "csr", "crt", "ext"))
        names.write_text(f"subjectAltName=DNS:{host}\n")
        self._openssl("req", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={host}")
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "ca.key",
                      "-CAcreateserial", "-days", "30", "-extfile", names, "-out", certificate)
        return key, certificate

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=CERTIFICATE_SECONDS)
        if done.returncode != 0:
            raise HarnessError(f"openssl {arguments[0]}: {done.stderr.strip()}")


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256")


class Registry:
    """Debian's docker-registry in a node, as HOST:PORT on 127.0.0.1, for one user."""

    def __init__(self, machine, host, port, authority, user, password):
        self.machine = machine
        self.address = f"{host}:{port}"
        self.store = f"{FOLDER}/{host}/store"
        key, certificate = authority.issue(host)
        self.issued = int(time.time())
        for source, name in ((key, "tls.key"), (certificate, "tls.crt")):
            machine.push(source, f"{FOLDER}/{host}/{name}")
        hashed = crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16))
        machine.write(f"{FOLDER}/{host}/htpasswd", f"{user}:{hashed}\n")
        machine.write(f"{FOLDER}/{host}/config.yml", _CONFIG.format(folder=f"{FOLDER}/{host}", port=port))
        machine.check(f"mkdir -p {self.store}; echo 127.0.0.1 {host} >>/etc/hosts")
        self.daemon = daemon(machine, f"registry-{host}", f"docker-registry serve {FOLDER}/{host}/config.yml")

    def start(self):
        # The clock of an emulated node may be seconds behind; till then the certificate is one of the future.
        self.machine.check(f"until [ $(date +%s) -ge {self.issued} ]; do sleep 1; done")
        self.daemon.start()
        host, port = self.address.split(":")
        self.machine.check(f"until : </dev/tcp/{host}/{port}; do sleep 0.1; done 2>/dev/null")

    def stop(self):
        self.daemon.stop()

    def digests(self):
        """NAME:TAG -> digest of the manifest, as the registry itself keeps it."""
        base = f"{self.store}/docker/registry/v2/repositories"
        lines = self.machine.check(
            f"cd {base} && for link in $(find . -path '*/_manifests/tags/*/current/link'); do echo $link $(cat $link); done"
        ).splitlines()
        found = {}
        for line in lines:
            path, digest = line.split()
            name, _, rest = path.removeprefix("./").partition("/_manifests/tags/")
            found[f"{name}:{rest.removesuffix('/current/link')}"] = digest
        return found

    def blobs(self):
        """The digests of everything it keeps."""
        names = self.machine.check(f"ls {self.store}/docker/registry/v2/blobs/sha256/*").split()
        return {f"sha256:{name}" for name in names if len(name) == 64}


_CONFIG = """version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}/store}}
  cache: {{blobdescriptor: inmemory}}
http:
  addr: 127.0.0.1:{port}
  tls: {{certificate: {folder}/tls.crt, key: {folder}/tls.key}}
auth:
  htpasswd: {{realm: scenario, path: {folder}/htpasswd}}
"""
