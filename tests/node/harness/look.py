# SPDX-License-Identifier: BSD-2-Clause
"""What a node with two ports has come to, in one question: the harness waits for each answer."""

import json

from .product import BINARY

PORTS = ("0000:00:08.0", "0000:00:08.1")

# The shell's own means, and one systemctl for each kind of question: under emulation a process costs a tenth of a second.
LOOK = f"""
{BINARY} status --json 2>/dev/null || true
echo @@
cat /run/onload-node/status.json 2>/dev/null || echo null
echo @@
systemctl show -P ExecMainStatus onload-node.service
shopt -s nullglob
for port in {' '.join(PORTS)}; do
    cd -P /sys/bus/pci/devices/$port/driver 2>/dev/null && driver=${{PWD##*/}} || driver=
    names=(/sys/bus/pci/devices/$port/net/*)
    echo "$driver" ${{names[@]##*/}}
done
if [ -e /sys/module/sfc/taint ]; then echo "$(</sys/module/sfc/taint)"; else echo none; fi
units=(chronyd.service sfptpd.service)
set -- $(systemctl is-active ${{units[@]}})
for unit in ${{units[@]}}; do [ "$1" = active ] && echo $unit; shift; done
echo /run/udev/rules.d/70-onload-node.rule[s]
true
"""


class Outcome:
    """Drivers, names, clock daemons, the exit status of the unit, and both statuses: recorded and told now."""

    def __init__(self, text):
        now, recorded, rest = text.split("@@\n")
        self.recorded = json.loads(recorded) or {}
        self.now = json.loads(now or "null") or {}
        lines = rest.splitlines()
        self.exit = int(lines[0])
        ports = [line.split() for line in lines[1:3]]
        self.drivers = tuple(port[0] if port else "" for port in ports)
        self.names = tuple(port[1] if len(port) > 1 else "" for port in ports)
        self.driver = {"none": "none"}.get(lines[3], "out-of-tree" if "O" in lines[3] else "in-tree")
        self.clock = [line for line in lines[4:] if line.endswith(".service")]
        self.rule_left = any(line.endswith(".rules") for line in lines[4:])

    def row(self):
        status = self.recorded or self.now
        return (status.get("state", "-"), status.get("reason_code", "-"), str(self.exit), self.driver,
                " ".join(name or "-" for name in self.names), " ".join(self.clock) or "-")

    def stranded(self, names, clock):
        """What P1 promises and does not hold; empty when all does. `clock`: the one daemon, or None for none."""
        complaints = []
        if not all(self.drivers):
            complaints.append(f"drivers {self.drivers}")
        if self.names != tuple(names):
            complaints.append(f"names {self.names}, expected {tuple(names)}")
        if self.clock != [clock][: clock is not None]:
            complaints.append(f"clock {self.clock}, expected {clock}")
        if self.rule_left:
            complaints.append("the autoload rule was left")
        return complaints


def look(machine):
    return Outcome(machine.check(LOOK))
