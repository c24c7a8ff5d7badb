# SPDX-License-Identifier: BSD-2-Clause
"""What try-containerfiles has in the place of base images, package repositories and sources."""

import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from cases import ROOT
from containerfiles import images, runs

KERNEL = "5.14.0-1.el9.x86_64"
REPOSITORIES = "/repositories"
CENTOS = {
    "DEVEL_PACKAGES_FROM": "centos", "CENTOS_KEY": f"{REPOSITORIES}/key", "EPEL9_RELEASE": f"{REPOSITORIES}/epel-release.rpm",
    "CENTOS8_REPOSITORIES": f"file://{REPOSITORIES}/stream8", "CENTOS9_REPOSITORIES": f"file://{REPOSITORIES}/stream9",
}
# Not in UBI; what comes from EPEL; what is there before, and is upgraded by the package for development that goes with it.
MISSING = {"libcap-devel", "libmnl-devel", "kmod-devel", "libselinux-devel", "pciutils-devel", "protobuf-devel"}
EPEL = {"grpc-devel", "grpc-plugins", "json-devel"}
COUPLED = {"kmod-devel": "kmod-libs", "libcap-devel": "libcap", "libmnl-devel": "libmnl", "libselinux-devel": "libselinux", "pciutils-devel": "pciutils-libs", "protobuf-devel": "protobuf"}
# What the packages have in them, from Debian.
DEBIAN = """dnf createrepo-c rpm gnupg ca-certificates python3-pip python3-venv git make gcc g++ pkg-config libcap-dev libmnl-dev libpcap-dev
    libselinux1-dev libsystemd-dev libudev-dev libkmod-dev libpci-dev libssl-dev liblzma-dev libzstd-dev zlib1g-dev libgrpc++-dev protobuf-compiler-grpc
    libprotobuf-dev protobuf-compiler nlohmann-json3-dev kmod gawk""".split()
HTTPLIB = "http://deb.debian.org/debian/pool/main/c/cpp-httplib/cpp-httplib_0.11.4+ds.orig.tar.xz"
SPEC = """Name: {first}
Version: 1
Release: %{{release}}
Summary: stands in
License: none
BuildArch: noarch
{requires}
%description
%files
"""
PART = "%package -n {name}\nSummary: stands in\n{requires}%description -n {name}\n%files -n {name}\n"


def names():
    """Every package that a RUN line asks for."""
    found = set(COUPLED.values())
    for image in images():
        for run in runs(image):
            for words in re.findall(r"dnf install -y ((?:\"\$@\" )?[^;&]+)", run):
                found |= {word for word in words.split() if re.fullmatch(r"[a-z][\w+.-]*", word)}
    return sorted(found)


def _requires(name):
    return f"Requires: {COUPLED[name]} = 1-%{{release}}\n" if name in COUPLED else ""


def _build(root, folder, packages, release):
    """Packages without content, in a repository."""
    first, *others = packages
    spec = SPEC.format(first=first, requires=_requires(first)) + "".join(PART.format(name=name, requires=_requires(name)) for name in others)
    target = root / folder.lstrip("/")
    target.mkdir(parents=True)
    (target / "all.spec").write_text(spec, encoding="utf-8")
    _in(root, f"rpmbuild -bb --quiet --define 'release {release}' --define '_rpmdir {folder}' {folder}/all.spec && createrepo_c -q {folder}")


def _in(root, script):
    done = subprocess.run(["chroot", root, "/bin/sh", "-ec", script], capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(f"{script}\n{done.stdout}{done.stderr}")


def _repositories(root):
    everything = names()
    base = [name for name in everything if name not in MISSING | EPEL]
    _build(root, f"{REPOSITORIES}/ubi", base, "10")
    _build(root, f"{REPOSITORIES}/epel", sorted(EPEL), "1")
    _in(root, f"cd /root && gpg --batch --quiet --passphrase '' --quick-generate-key stand-in rsa2048 sign never && gpg --armor --export stand-in >{REPOSITORIES}/key")
    for stream, third in (("stream8", "PowerTools"), ("stream9", "CRB")):
        for number, name in enumerate(("BaseOS", "AppStream", third)):
            folder = f"{REPOSITORIES}/{stream}/{name}/x86_64/os"
            # What is missing stands in the last one, what it needs in the first, newer than the image's.
            _build(root, folder, [base, ["filler"], sorted(MISSING)][number], "11")
            _in(root, f"find {folder} -name '*.rpm' -exec rpmsign --define '_gpg_name stand-in' --define '__gpg /usr/bin/gpg' --addsign {{}} + >/dev/null && createrepo_c -q {folder}")
    etc = root / "etc/yum.repos.d"
    etc.mkdir(parents=True, exist_ok=True)
    # The agent of gpg would outlive its root.
    _in(root, "gpgconf --kill all")
    (etc / "ubi.repo").write_text(f"[ubi]\nname=ubi\nbaseurl=file://{REPOSITORIES}/ubi\ngpgcheck=0\n", encoding="utf-8")
    spec = ("Name: epel-release\nVersion: 9\nRelease: 1\nSummary: stands in\nLicense: none\nBuildArch: noarch\n%description\n%install\nmkdir -p %{buildroot}/etc/yum.repos.d\n"
            f"printf '[epel]\\nname=epel\\nbaseurl=file://{REPOSITORIES}/epel\\ngpgcheck=0\\n' >%{{buildroot}}/etc/yum.repos.d/epel.repo\n%files\n/etc/yum.repos.d/epel.repo\n")
    (root / "repositories/epel.spec").write_text(spec, encoding="utf-8")
    _in(root, f"rpmbuild -bb --quiet --define '_rpmdir {REPOSITORIES}/release' {REPOSITORIES}/epel.spec && cp {REPOSITORIES}/release/noarch/*.rpm {REPOSITORIES}/epel-release.rpm")


def _program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def make_root(root):
    """A root file system with the repositories in it; Debian's part of it is kept."""
    part, debian = root.with_suffix(".part"), root.with_suffix(".debian")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
    if not debian.exists():
        subprocess.run(["unshare", "--mount", "mmdebstrap", "--variant=minbase", "--mode=root", "--quiet", f"--include={','.join(DEBIAN)}", "bookworm", part], check=True, timeout=1800)
        part.rename(debian)
    subprocess.run(["cp", "-a", debian, part], check=True, timeout=600)
    for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(f"/{name}", part / name)
    # What a platform has and Debian has not.
    next((part / "usr/lib/python3.11").glob("EXTERNALLY-MANAGED")).unlink()
    (part / "usr/bin/python3.9").symlink_to("python3")
    _program(part / "usr/local/bin/microdnf", 'exec dnf "$@"')
    # Its libraries are no packages here.
    _program(part / "usr/local/bin/rpm", '[ "$1" != -U ] || set -- --nodeps "$@"\nexec /usr/bin/rpm "$@"')
    (part / "etc/dnf/vars").mkdir(parents=True, exist_ok=True)
    (part / "etc/dnf/vars/releasever").write_text("9\n", encoding="utf-8")
    kernel = part / "usr/src/kernels" / KERNEL
    (kernel / "scripts").mkdir(parents=True)
    _signing(part, kernel)
    modules = part / "lib/modules" / KERNEL
    modules.mkdir(parents=True)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        (modules / name).touch()
    _repositories(part)
    _in(part, "dnf install -y -q kmod-libs libcap libmnl")
    part.rename(root)


def _signing(part, kernel):
    """The kernel's own program, and a key as a build has it mounted: PEM, and its certificate as DER."""
    shutil.copy(next(Path("/lib/modules").glob("*/build/scripts/sign-file")), kernel / "scripts")
    keys = part / "etc/pki/module-signing"
    keys.mkdir(parents=True)
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Modules of Example Trading", "-outform", "DER"]
    subprocess.run([*request, "-keyout", keys / "key", "-out", keys / "cert"], capture_output=True, check=True, timeout=60)


ONLOAD_BUILD = """#!/bin/sh -e
# Looks for what the real one needs, and makes what the real one makes.
case "$*" in
    "--kernel --kernelver "*) mkdir -p built; echo 'const char i[] __attribute__((section(".modinfo"))) = "license=GPL\\\\0vermagic='"$3"' SMP";' | gcc -c -x c - -o built/m.o ;;
    --user64) printf '#include <sys/capability.h>\\n#include <pcap.h>\\nint main(void){return 0;}\\n' | gcc -x c - -o built-program -lcap -lpcap ;;
    *) echo "onload_build: $*" >&2; exit 1 ;;
esac
"""
ONLOAD_INSTALL = """#!/bin/sh -e
case "$*" in
    "--nobuild --kernelfiles --kernelver "*)
        mkdir -p "/lib/modules/$4/extra"
        for name in sfc sfc_resource sfc_char onload; do cp built/m.o "/lib/modules/$4/extra/$name.ko"; done ;;
    "--nobuild --userfiles")
        mkdir -p "$i_prefix/sbin" "$i_prefix/usr/bin" "$i_prefix/usr/lib64"
        cp built-program "$i_prefix/sbin/onload_cp_server"; cp built-program "$i_prefix/usr/bin/onload_stackdump"; touch "$i_prefix/usr/lib64/libonload.so" ;;
    *) echo "onload_install: $*" >&2; exit 1 ;;
esac
"""
SFPTPD = """all:
\tmkdir -p build
\tprintf '\\043include <sys/capability.h>\\n\\043include <libmnl/libmnl.h>\\nint main(void){return 0;}\\n' | gcc -x c - -o build/sfptpd -lcap -lmnl
"""
SFNETTEST = "all:\n\techo 'int main(void){return 0;}' | gcc -x c - -o sfnt-pingpong && cp sfnt-pingpong sfnt-stream\n"


def _archive(target, files):
    """A tar.gz with one folder in it."""
    with tempfile.TemporaryDirectory(prefix="onload-node-sources.") as scratch:
        folder = Path(scratch) / "source-1"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                (shutil.copytree if content.is_dir() else shutil.copy)(content, path)
            else:
                path.write_text(content, encoding="utf-8")
                path.chmod(0o755)
        with tarfile.open(target, "w:gz") as archive:
            archive.add(folder, "source-1")


def _httplib(place):
    """Debian has split the header that it installs; the one of its source is whole, as upstream's."""
    archive = place / "cpp-httplib.tar.xz"
    if not archive.exists():
        subprocess.run(["curl", "-fsS", "-o", archive, HTTPLIB], check=True, timeout=120)
    with tarfile.open(archive) as opened:
        member = next(each for each in opened if each.name.endswith("/httplib.h"))
        return opened.extractfile(member).read().decode()


def _licence(library):
    """In Debian's words, where the real source has the text itself."""
    return Path(f"/usr/share/doc/lib{library}-dev/copyright")


def sources(folder):
    """Argument -> file below the folder; versions of the tools as they are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    include = Path("/usr/include")
    _archive(folder / "onload", {"scripts/onload_build": ONLOAD_BUILD, "scripts/onload_install": ONLOAD_INSTALL})
    _archive(folder / "sfptpd", {"Makefile": SFPTPD})
    _archive(folder / "sfnettest", {"src/Makefile": SFNETTEST})
    for name in ("spdlog", "fmt"):
        _archive(folder / name, {f"include/{name}": include / name, "LICENSE": _licence(name)})
    _archive(folder / "tomlplusplus", {"include/toml++": include / "toml++", "LICENSE": _licence("tomlplusplus")})
    _archive(folder / "expected", {"include/tl": include / "tl", "COPYING": _licence("expected")})
    _archive(folder / "httplib", {"httplib.h": _httplib(folder.parent), "LICENSE": _licence("cpp-httplib")})
    conf = dict(line.split("=", 1) for line in (ROOT / "packaging/onload-sources.conf").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return conf | {f"{path.name.upper()}_SOURCE": path.name for path in folder.iterdir()}
