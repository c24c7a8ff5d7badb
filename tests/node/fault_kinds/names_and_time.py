# SPDX-License-Identifier: BSD-2-Clause
"""Faults of interface names and of the clock daemons."""

from harness import exit_status
from harness.product import SEQUENTIAL

from .kind import CHRONYD, LOST_TIME, active, degraded

EXPLICIT = '[names]\npolicy = "explicit"\n[[names.port]]\nmatch = { pci = "0000:00:08.0" }\nname = "%s"\n'
ADMIN_LINK = "printf '[Match]\\nPath=pci-0000:00:08.0\\n[Link]\\nName=admin0\\n' >/etc/systemd/network/10-admin.link"

KINDS = (
    degraded("the configured name is another interface's", "name-missing", breaks="ip link add sf0 type dummy", config=EXPLICIT % "sf0",
             names=("ens8f0np0", "ens8f1np1"), says=("0000:00:08.0", "sf0", "another interface"),
             except_for="no name is promised that somebody else has", full_only=True),
    active("the ports have each other's names", config=SEQUENTIAL, names=("sf0", "sf1"),
           breaks="ip link set ens8f0 name sf1; ip link set ens8f1 name tmp; ip link set tmp name sf0",
           except_for="", full_only=True),
    active("an administrator's .link file wins", breaks=ADMIN_LINK, config=SEQUENTIAL,
             names=("admin0", "sf1"), except_for="the administrator's own name is the expected one", full_only=True),
    active("names are switched off", config='[names]\npolicy = "off"\n', names=("ens8f0np0", "ens8f1np1"), full_only=True),
    active("old generated names lie about",
           breaks="mkdir -p /run/systemd/network; echo junk >/run/systemd/network/71-onload-node-0000:00:1f.0.link", full_only=True),
    active("what is remembered of names is junk", breaks="mkdir -p /var/lib/onload-node; echo junk >/var/lib/onload-node/names.toml", full_only=True),
    degraded("what is remembered of names is a directory", "names-not-remembered", breaks="mkdir -p /var/lib/onload-node/names.toml",
             says=("names.toml", "not a regular file"), full_only=True),
    active("a generated .link file is a directory", breaks="mkdir -p /run/systemd/network/71-onload-node-0000:00:1f.0.link", full_only=True),
    # --- the clock
    degraded("sfptpd is missing", "time-daemon", breaks="mv /usr/local/sbin/sfptpd /var/", **LOST_TIME),
    degraded("sfptpd cannot be executed", "time-daemon", breaks="chmod 644 /usr/local/sbin/sfptpd", **LOST_TIME),
    degraded("sfptpd exits at once", "time-daemon", breaks="echo 5 >/run/fixture-sfptpd-fail", **LOST_TIME),
    degraded("sfptpd's configuration is missing", "time-daemon", breaks="rm /etc/sfptpd.conf", **LOST_TIME),
    degraded("sfptpd ends with status 0 at once", "time-daemon", breaks="echo 0 >/run/fixture-sfptpd-fail", **LOST_TIME),
    degraded("no port has an address for sfptpd", "time-daemon", breaks="printf '[general]\\nsync_module ptp ptp1\\n' >/etc/sfptpd.conf",
             says=("chronyd.service keeps the clock",), **LOST_TIME),
    degraded("sfptpd's configuration names a port of another node", "time-daemon",
             breaks="printf '[general]\\nsync_module ptp ptp1\\n[ptp1]\\ninterface sf0\\n' >/etc/sfptpd.conf",
             says=("/etc/sfptpd.conf names sf0, which this node does not have",), **LOST_TIME),
    active("sfptpd is terminated by somebody", full_only=True,
           after="pkill -TERM -x sfptpd; sleep 1; timeout 30 bash -c 'until systemctl is-active --quiet sfptpd; do sleep 0.2; done'"),
    degraded("sfptpd never gets ready", "time-daemon", breaks="printf '#!/bin/sh\\nexec sleep 600\\n' >/usr/local/sbin/sfptpd", **LOST_TIME),
    active("sfptpd has no unit", clock=CHRONYD, state="degraded", code="time-daemon", exit=exit_status.DEGRADED,
           breaks="rm /etc/systemd/system/sfptpd.service; systemctl daemon-reload", trace="no-time-daemon-unit", full_only=True),
    degraded("sfptpd is masked by somebody", "time-daemon", clock=CHRONYD, exit=exit_status.DEGRADED,
             breaks="rm /etc/systemd/system/sfptpd.service; ln -s /dev/null /etc/systemd/system/sfptpd.service; systemctl daemon-reload", full_only=True),
    active("chronyd is started by somebody afterwards", after="systemctl start chronyd; true", full_only=True),
    active("chronyd is stopped by somebody before", breaks="systemctl disable --now chronyd", full_only=True),
    active("chronyd has no unit", breaks="rm -f /etc/systemd/system/chronyd.service /usr/lib/systemd/system/chronyd.service; systemctl daemon-reload", full_only=True),
    active("a daemon to displace does not exist", config='[time]\ndisplace = ["chronyd.service", "no-such.service"]\n', full_only=True),
    active("chronyd's unit is in /etc", full_only=True,
           breaks="cp /usr/lib/systemd/system/chronyd.service /etc/systemd/system/; systemctl daemon-reload"),
    active("chronyd runs before us", breaks="rm -rf /etc/systemd/system/chronyd.service.d; systemctl daemon-reload; "
                                            "systemctl start --job-mode=ignore-dependencies --no-block chronyd; sleep 2", full_only=True),
)
