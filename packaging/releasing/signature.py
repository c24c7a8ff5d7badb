# SPDX-License-Identifier: BSD-2-Clause
"""A signature that `openssl` alone can check, which every system has. The certificate tells until when a key may be used."""

import subprocess

from .refusal import Refusal
from .tree import CHECKSUMS, SIGNATURE

SECONDS = 120


def look_at(key, certificate):
    """The key to sign with; None where nothing is to be signed. Before anything is made: a release that cannot be signed is none."""
    if not key and not certificate:
        return None
    if not key or not certificate:
        raise Refusal("--key and --certificate go together: the certificate says until when the key may be used")
    _openssl("x509", "-in", certificate, "-noout")
    if _status("x509", "-in", certificate, "-noout", "-checkend", "0") != 0:
        raise Refusal(f"{certificate} has expired ({_dates(certificate)}): take a new key, and give its certificate to those who install")
    if _not_yet_valid(certificate):
        raise Refusal(f"{certificate} is not valid yet ({_dates(certificate)}); is the clock of this machine right?")
    if _openssl("x509", "-in", certificate, "-noout", "-pubkey") != _openssl("pkey", "-in", key, "-pubout"):
        raise Refusal(f"{certificate} is not of the key {key}")
    return key


def sign(key, folder):
    """RSA gives the same bytes each time, elliptic curves others each time; both can be checked."""
    _openssl("dgst", "-sha256", "-sign", key, "-out", folder / SIGNATURE, folder / CHECKSUMS)


def _not_yet_valid(certificate):
    # There is no -checkstart in the openssl of RHEL 8 and 9; a verification against itself looks at both dates.
    done = _run("verify", "-partial_chain", "-trusted", certificate, certificate)
    return "not yet valid" in done.stdout + done.stderr


def _dates(certificate):
    return " ".join(_openssl("x509", "-in", certificate, "-noout", "-startdate", "-enddate").split("\n")).strip()


def _run(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, timeout=SECONDS)


def _status(*arguments):
    return _run(*arguments).returncode


def _openssl(*arguments):
    done = _run(*arguments)
    if done.returncode != 0:
        raise Refusal(f"openssl {arguments[0]}: {(done.stderr or done.stdout).strip()[:500]}")
    return done.stdout
