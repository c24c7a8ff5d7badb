# SPDX-License-Identifier: BSD-2-Clause
"""What `diagnose` refuses, and that nothing is left of it then."""

from .checks import check, expect_equal
from .product import BINARY

FOLDER = "/root/bundle"
COLLECTING = "/run/onload-node/diagnose"
BEFORE = "/var/tmp/onload-node-*"


def left(machine):
    return machine.run(f"ls -d {COLLECTING} {BEFORE} 2>/dev/null").stdout.split()


def refused(machine, case, command, *words, rc=1):
    done = machine.run(command)
    check(f"{case}: it ends with {rc} and says {' and '.join(words)}", done.rc == rc and all(word in done.stderr for word in words), done)
    expect_equal(f"{case}: nothing is left", left(machine), [])


def a_file_that_is_there(machine):
    machine.write(f"{FOLDER}/mine", "mine\n")
    refused(machine, "a file that is there", f"{BINARY} diagnose -o {FOLDER}/mine", f"{FOLDER}/mine is there already")
    expect_equal("a file that is there: it is left as it is", machine.read(f"{FOLDER}/mine"), b"mine\n")


def no_place(machine):
    refused(machine, "no such directory", f"{BINARY} diagnose -o /no/such/file", "/no/such", "No such file")
    refused(machine, "somebody else than root", f"setpriv --reuid 65534 {BINARY} diagnose -o /tmp/file", "must run as root")
    refused(machine, "two words", f"{BINARY} diagnose here there", "does not take", rc=64)
    machine.check("mkdir -p /mnt/small && mount -t tmpfs -o size=8k tmpfs /mnt/small")
    refused(machine, "a full disk", f"{BINARY} diagnose -o /mnt/small/file", "/mnt/small/file", "No space left")
    expect_equal("a full disk: no part of a file", machine.run("ls /mnt/small").stdout, "")
    machine.check("umount /mnt/small")
