# SPDX-License-Identifier: BSD-2-Clause
"""How a no-op apply grows from 2 to 64 ports, in instructions, and how soon the wait for the ports ends.

The instructions are callgrind's, of the delivered binary on the emulated node. The wait: from the last event that udev sent
of a port to the step's end, both by the kernel's monotonic clock, in a boot."""

import re
from pathlib import Path

from harness.product import BINARY, Product

VALGRIND = Path("/usr/libexec/valgrind")
COUNTED = re.compile(r"Collected : (\d+)")
EVENTS = "/run/onload-node-test/events"


def push_callgrind(machine):
    """The host's valgrind fits: node and host are the same Debian."""
    machine.push(Path("/usr/bin/valgrind.bin" if Path("/usr/bin/valgrind.bin").exists() else "/usr/bin/valgrind"), "/usr/bin/valgrind.bin", 0o755)
    for file in ("callgrind-amd64-linux", "vgpreload_core-amd64-linux.so", "default.supp"):
        if (VALGRIND / file).exists():
            machine.push(VALGRIND / file, f"{VALGRIND}/{file}", 0o755)


def instructions(machine):
    command = f"cd /run && VALGRIND_LIB={VALGRIND} valgrind.bin --tool=callgrind --callgrind-out-file=/dev/null {BINARY} apply"
    output = machine.run(command, 600)
    found = COUNTED.search(output.stderr)
    if not output.ok or not found:
        raise RuntimeError(f"callgrind: {output.rc}\n{output.stderr[-2000:]}")
    return int(found[1])


def last_event(machine):
    """Seconds of the last event of a network device that udev sent before the wait ended."""
    lines = machine.read(EVENTS).decode().splitlines()
    return [float(line.split("[")[1].split("]")[0]) for line in lines if line.startswith("UDEV") and "(net)" in line]


def end_of_wait(machine):
    output = machine.check("journalctl -b -u onload-node.service -o json --no-pager ONLOAD_NODE_STEP='await ports' "
                           "--output-fields=MESSAGE,_SOURCE_MONOTONIC_TIMESTAMP,_SOURCE_REALTIME_TIMESTAMP,__MONOTONIC_TIMESTAMP")
    done = [line for line in output.splitlines() if "done: await ports" in line]
    return int(re.search(r'"__MONOTONIC_TIMESTAMP" ?: ?"(\d+)"', done[-1])[1]) / 1e6


def bench(lab):
    counts = {}
    for ports in (2, 64):
        machine = lab.parked(functions=ports, name=f"ports-{ports}")
        machine.check(f"setsid udevadm monitor --udev --subsystem-match=net >{EVENTS} 2>&1 </dev/null & sleep 1")
        machine.release()
        machine.wait_booted(timeout=300)
        ended = end_of_wait(machine)
        before = max(at for at in last_event(machine) if at <= ended)
        print(f"{ports} ports: from the last event to the end of the wait {1000 * (ended - before):.1f} ms", flush=True)
        product = Product(machine)
        product.run("apply")
        push_callgrind(machine)
        counts[ports] = instructions(machine)
        print(f"{ports} ports: {counts[ports] / 1e6:.1f} million instructions for an apply with nothing to do", flush=True)
        machine.power_cut()
    print(f"64 ports / 2 ports: {counts[64] / counts[2]:.2f}")
