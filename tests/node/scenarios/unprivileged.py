# SPDX-License-Identifier: BSD-2-Clause
"""Whoever sees our files without being root, as a pod with a read-only hostPath does, can neither change them nor hold us up."""

from harness import check, expect_equal
from harness.product import Product

NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups"
OURS = "/run/onload-node /var/lib/onload-node /etc/onload-node /run/cdi /etc/sfptpd.conf"
# What holds the lock of a run, or waits for it. Each is a command of one of our units.
COMMANDS = ("refresh", "confirm", "time-fallback", "apply", "time-port")


def scenario(lab):
    machine = lab.booted(functions=2)
    product = Product(machine)
    product.run("apply")
    writable = machine.run(f"{NOBODY} find {OURS} -writable ! -type l 2>/dev/null").stdout.split()
    expect_equal("nobody can write to what is ours", writable, [])
    # flock(2) asks for no more than an open file.
    machine.check(f"for file in $(find {OURS} -type f); do setsid {NOBODY} flock -n $file sleep infinity >/dev/null 2>&1 & done")
    held = machine.wait_until("[ $(pgrep -u 65534 -x -c sleep) -ge 3 ]")
    check("somebody holds locks on all that can be read", held, machine.run("ps -u 65534").stdout)
    for command in COMMANDS:
        # One that waited for the lock would give up and fail.
        done = product.run(command)
        check(f"{command} works all the same, without a wait", done.rc == 0, done)
    machine.check("pkill -u 65534 -x sleep")
    expect_equal("the node is active", product.status()["state"], "active")
