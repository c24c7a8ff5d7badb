# SPDX-License-Identifier: BSD-2-Clause
"""A node whose firmware has Secure Boot switched on, with one key in its database: Debian's OVMF with its "snakeoil" key.

Its kernel is locked down and takes signed modules only, by keys of its own and of the firmware's (its .platform keyring). The platform's
own modules are signed with the firmware's key, as Red Hat's are with one that each node has."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .errors import HarnessError

CODE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd")
VENDOR_CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")
VENDOR_KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
PASSPHRASE = "snakeoil"
PACKAGES = ("ovmf", "efitools", "openssl")
# Non-volatile, for boot services, at run time, authenticated by time, appended (UEFI specification, 8.2).
APPENDED = (0x67).to_bytes(4, "little")
DATABASE = "db-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
PACKERS = {".xz": "xz", ".zst": "zstd", ".gz": "gzip"}
VARIABLE_FOLDER = "/sys/firmware/efi/efivars"


def _run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise HarnessError(f"{command[0]} ended with {done.returncode}: {done.stderr}{done.stdout}")


class SigningKey:
    """A key for modules, and its certificate, which expired yesterday: the kernel does not ask."""

    def __init__(self, folder, name):
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.key, self.certificate = name, folder / f"{name}.key", folder / f"{name}.pem"
        _run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", f"/CN={name}",
             "-addext", "keyUsage=digitalSignature", "-addext", "extendedKeyUsage=codeSigning", "-keyout", self.key, "-out", self.certificate)
        _run("openssl", "x509", "-in", self.certificate, "-signkey", self.key, "-days", "-1", "-out", self.certificate)

    def sign_below(self, folder, pattern="*.ko*", options=()):
        """Every module of these names, as a build of them does it; a compressed one holds a signed one."""
        for module in sorted(folder.rglob(pattern)):
            _sign(module, self.key, self.certificate, options)


def _sign(module, key, certificate, options=()):
    packer = PACKERS.get(module.suffix)
    if packer:
        plain = module.with_suffix("")
        _run(packer, "--quiet", "-d", module)
        module.unlink(missing_ok=True)
        _sign(plain, key, certificate, options)
        _run(packer, "--quiet", plain, *(["--check=crc32"] if packer == "xz" else []))
        module.with_suffix("").unlink(missing_ok=True)
        return
    _run(f"/lib/modules/{paths.kernel_release()}/build/scripts/sign-file", *options, "sha256", key, certificate, module)


class Firmware:
    """What the machine is powered on with, until it is given another."""

    def __init__(self, lab):
        _run(paths.NODE / "image/host-packages", *PACKAGES)
        self.folder = lab.folder / "firmware"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._vendor_key = self.folder / "vendor.key"
        _run("openssl", "rsa", "-in", VENDOR_KEY, "-passin", f"pass:{PASSPHRASE}", "-out", self._vendor_key)
        self._variables = self.folder / "variables.fd"
        shutil.copy(VARIABLES, self._variables)
        kernel = paths.ROOT / "boot" / f"vmlinuz-{lab.kernel}"
        self.boot_files = kernel, self._signed_initrd()

    def arguments(self):
        """For QEMU."""
        return ["-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={CODE}", "-drive", f"if=pflash,format=raw,unit=1,file={self._variables}"]

    def sign(self, folder):
        """Every module below, as the platform's."""
        for module in sorted(folder.rglob("*.ko*")):
            _sign(module, self._vendor_key, VENDOR_CERTIFICATE)

    def _signed_initrd(self):
        initrd = self.folder / "initrd"
        with tempfile.TemporaryDirectory(prefix="onload-node-initrd.") as scratch:
            _run("bash", "-c", f"cd {scratch} && zcat {paths.INITRD} | cpio --quiet -idm")
            self.sign(Path(scratch))
            _run("bash", "-c", f"cd {scratch} && find . -print0 | sort -z | cpio --null --create --format=newc --owner=0:0 --quiet | gzip -1 >{initrd}")
        return initrd

    def sign_platform(self, machine):
        """The modules that the node has of its own, and what enrolling takes."""
        with _copied(paths.ROOT / "usr/lib/modules") as modules:
            self.sign(modules)
            machine.push(modules, "/usr/lib/modules")
        with _copied(paths.CACHE / "base/kernel/lib/modules" / paths.kernel_release() / "kernel/fs/efivarfs") as modules:
            self.sign(modules)
            machine.push(modules, "/root/efivarfs")

    def enroll(self, machine, key):
        """One more key for the firmware's database, signed by the vendor's, written as efi-updatevar does on the node."""
        listed, signed = self.folder / "key.esl", self.folder / "key.auth"
        _run("cert-to-efi-sig-list", key.certificate, listed)
        _run("sign-efi-sig-list", "-a", "-k", self._vendor_key, "-c", VENDOR_CERTIFICATE, "db", listed, signed)
        machine.write("/root/key.auth", APPENDED + signed.read_bytes())
        variable = f"{VARIABLE_FOLDER}/{DATABASE}"
        machine.check(f"insmod /root/efivarfs/efivarfs.ko && mount -t efivarfs efivarfs {VARIABLE_FOLDER} && chattr -i {variable}")
        machine.check(f"dd if=/root/key.auth of={variable} bs=64k 2>/dev/null && umount {VARIABLE_FOLDER} && rmmod efivarfs")


@contextlib.contextmanager
def _copied(folder):
    with tempfile.TemporaryDirectory(prefix="onload-node-modules.") as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(folder.resolve(), copy, symlinks=True)
        yield copy
