# SPDX-License-Identifier: BSD-2-Clause
"""Faults of file systems, udevd, PID 1, other runs, signals, records, the clock on the wall."""

from harness.product import SEQUENTIAL

from .kind import Kind, active, full, read_only, refused, stays

RUN_AFTER = "onload-node apply --live"
HIT = "for i in $(seq 2000); do p=$(pgrep -x onload-node | head -1); [ -n \"$p\" ] && break; sleep 0.01; done; sleep %s; kill -%s $p"
# The systemctl that waits for the boot needs what the fault has taken away.
UNTIL_ENDED = ("for i in $(seq 600); do pgrep -x onload-node >/dev/null && break; sleep 0.1; done; "
               "for i in $(seq 600); do pgrep -x onload-node >/dev/null || break; sleep 0.1; done; ")
BOOTED = "for i in $(seq 300); do [ -S /run/systemd/private ] && break; sleep 0.2; done; systemctl is-system-running --wait"

KINDS = (
    # --- file systems
    stays("/var is read-only", "undone", says=("boot guard",), full_only=True, breaks=read_only("/var")),
    active("/etc is read-only", breaks=read_only("/etc"), full_only=True),
    active("the staged tree is on a read-only mount", breaks=read_only("/opt"), full_only=True),
    stays("/run/systemd/network is read-only", "undone",
          breaks="mkdir -p /run/systemd/network; mount -t tmpfs -o ro none /run/systemd/network", config=SEQUENTIAL, full_only=True),
    stays("/run/systemd/network is a file", "undone", breaks="rm -rf /run/systemd/network; echo >/run/systemd/network", config=SEQUENTIAL, full_only=True),
    stays("/run/udev/rules.d is read-only", "undone",
          breaks="mkdir -p /run/udev/rules.d; mount -t tmpfs -o ro none /run/udev/rules.d", full_only=True),
    stays("/run/udev/rules.d is a file", "undone", breaks="rm -rf /run/udev/rules.d; echo >/run/udev/rules.d", full_only=True),
    stays("the file system of the guard is full", "undone", says=("guard", "No space left"),
          breaks=full("/var/lib/onload-node"), full_only=True),
    # Not all of /run: what else writes there would free a page, or miss one, at another moment each time.
    stays("/run is full for what we write", "pending-apply", breaks=full("/run/onload-node", "/run/systemd/network"), config=SEQUENTIAL,
          after="umount /run/systemd/network /run/onload-node; systemctl start onload-node-refresh", except_for="status.json"),
    stays("the kernel's settings are read-only", "undone", breaks=read_only("/proc/sys"), full_only=True),
    stays("the functions' overrides cannot be written", "undone",
          breaks="for f in /sys/bus/pci/devices/0000:00:08.*/driver_override; do mount --bind $f $f; mount -o remount,ro,bind $f; done", full_only=True),
    # --- records of earlier runs
    active("the undo log is garbage",
           breaks="mkdir -p /run/onload-node; head -c 2000 /dev/urandom >/run/onload-node/undo.toml", full_only=True),
    active("the undo log is empty", breaks="mkdir -p /run/onload-node; : >/run/onload-node/undo.toml", full_only=True),
    active("the undo log has an unknown step",
           breaks="mkdir -p /run/onload-node; printf 'committed = 0\\n[[entry]]\\nphase = \"driver\"\\ndone = \"x\"\\n"
                  "inverse = [{ step = \"fly\" }]\\n' >/run/onload-node/undo.toml", full_only=True),
    stays("the undo log is a directory", "undone", says=("the way back could not be recorded",), breaks="mkdir -p /run/onload-node/undo.toml/inside", full_only=True),
    active("the record of loads is garbage", breaks="mkdir -p /run/onload-node; echo '[[[' >/run/onload-node/loaded.toml", full_only=True),
    stays("the record of loads is a directory", "undone", breaks="mkdir -p /run/onload-node/loaded.toml/inside", full_only=True),
    active("the record of the last run is garbage", breaks="mkdir -p /run/onload-node; echo '[[[' >/run/onload-node/last-run.toml", full_only=True),
    active("the record of the last run is a directory", breaks="mkdir -p /run/onload-node/last-run.toml/inside", full_only=True),
    active("status.json is a directory", breaks="mkdir -p /run/onload-node/status.json/inside", except_for="status.json", full_only=True),
    active("the autoload rule was left by somebody", breaks="mkdir -p /run/udev/rules.d; echo >/run/udev/rules.d/70-onload-node.rules", full_only=True),
    active("the time marker was left by somebody", breaks="mkdir -p /run/onload-node; echo >/run/onload-node/sfptpd-keeps-time", full_only=True),
    # --- udevd
    active("udevd is killed while the unit runs", during=HIT.replace("pgrep -x onload-node", "pgrep -x onload-node >/dev/null && pgrep -o -x systemd-udevd") % ("0.05", "KILL"),
           full_only=True),
    active("udevd stands still for two seconds", breaks="systemctl kill --kill-whom=main -s STOP systemd-udevd",
           during="sleep 2; systemctl kill --kill-whom=main -s CONT systemd-udevd", full_only=True),
    # --- PID 1, signals, other runs
    stays("PID 1 cannot be reached", "undone", says=("cannot connect to systemd",), full_only=True,
          breaks="systemctl mask --runtime --now dbus.socket dbus.service; mv /run/systemd/private /run/systemd/away",
          during=UNTIL_ENDED + "mv /run/systemd/away /run/systemd/private; systemctl unmask --runtime dbus.socket dbus.service", after=BOOTED),
    active("PID 1 is kept busy", during="for i in $(seq 6); do systemctl daemon-reload; done", full_only=True),
    active("onload-node is killed early, and applied again", exit=9, during=HIT % ("0.05", "KILL"), after=RUN_AFTER, full_only=True),
    active("onload-node is killed in the swap, and applied again", exit=9, during=HIT % ("0.3", "KILL"), after=RUN_AFTER),
    active("onload-node is terminated in the swap, and applied again", exit=15, during=HIT % ("0.3", "TERM"), after=RUN_AFTER, full_only=True),
    Kind("the lock is held for good", breaks="mkdir -p /run/onload-node; setsid flock /run/onload-node/lock sleep 600 >/dev/null 2>&1 & sleep 0.3",
         state="", exit=1, full_only=True, except_for="the run ends before it may write a status"),
    active("the lock is held for a while", breaks="mkdir -p /run/onload-node; setsid flock /run/onload-node/lock sleep 3 >/dev/null 2>&1 & sleep 0.3", full_only=True),
    active("two applies at once", during="onload-node apply", full_only=True),
    active("applied again at once", after="onload-node apply", full_only=True),
    active("the wall clock jumps a year ahead", during="sleep 0.3; date -s '+1 year'", full_only=True),
    active("the wall clock jumps ten years back", during="sleep 0.3; date -s '-10 years'", full_only=True),
    # --- configuration
    active("the configuration is removed", breaks="rm -r /etc/onload-node", full_only=True),
    refused("the configuration is a directory", breaks="rm /etc/onload-node/config.toml; mkdir /etc/onload-node/config.toml", full_only=True),
    refused("a drop-in cannot be parsed", config="[driver\n", full_only=True),
    refused("a drop-in has an unknown key", config="[driver]\ntreee = 1\n", full_only=True),
    refused("the configuration is random bytes", breaks="head -c 4096 /dev/urandom >/etc/onload-node/config.toml", full_only=True),
)
