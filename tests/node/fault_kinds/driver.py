# SPDX-License-Identifier: BSD-2-Clause
"""Faults of the swap itself: the driver, its ports, what uses it, who else loads it."""

from harness.product import SEQUENTIAL

from .kind import active, degraded, stays

PARAMETER = '[driver.parameters]\nsfc = { %s }\n'
LOADS_AGAIN = 'ACTION=="remove", SUBSYSTEM=="module", KERNEL=="sfc", RUN+="/sbin/modprobe sfc"'

KINDS = (
    active("nothing is wrong", trace="activation"),
    stays("the driver's init fails", "undone", driver_fault="INIT_FAILS", says=("sfc",), trace="init-fails"),
    stays("the driver's probe fails on one of two ports", "undone", driver_fault="PROBE_FAILS", config='[limits]\nprobe = "10s"\n',
          says=("0000:00:08.1: the probe of the driver failed",), trace="probe-fails", full_only=True),
    active("the driver's probe takes two seconds", driver_fault="PROBE_SLEEPS", full_only=True),
    stays("the driver's init fails, names are sequential", "undone", driver_fault="INIT_FAILS",
          config=SEQUENTIAL, names=("sf0", "sf1"), trace="init-fails-sequential", full_only=True),
    degraded("an unknown parameter is ignored by the kernel", "unknown-parameter", says=("no_such",), config=PARAMETER % 'no_such = "1"', full_only=True),
    degraded("onload refuses a parameter", "onload-missing",
             config='[driver.parameters]\nonload = { cplane_init_timeout = "soon" }\n', says=("onload",), trace="onload-refuses"),
    stays("the in-tree driver is in use", "busy", breaks="setsid sleep 600 </dev/mtd0ro >/dev/null 2>&1 &",
          config='[limits]\nunload = "1s"\n', says=("/dev/mtd",), trace="in-use"),
    active("the in-tree driver is in use at first", breaks="setsid sleep 4 </dev/mtd0ro >/dev/null 2>&1 &", full_only=True),
    active("udev loads the in-tree driver again and again",
           breaks=f"echo '{LOADS_AGAIN}' >/run/udev/rules.d/99-load-again.rules; udevadm control --reload", full_only=True),
    active("somebody runs modprobe sfc without a pause", during="for i in $(seq 400); do modprobe sfc; sleep 0.02; done", full_only=True),
    active("somebody triggers all PCI events without a pause",
           during="for i in $(seq 200); do udevadm trigger --action=add --subsystem-match=pci; sleep 0.02; done", full_only=True),
    active("a port was taken from its driver", breaks="echo 0000:00:08.1 >/sys/bus/pci/drivers/sfc/unbind",
           names=("ens8f0", "ens8f1np1"), config='[limits]\nprobe = "3s"\n',
           except_for="its name was not known when the boot began", full_only=True),
    active("the in-tree driver was taken out by somebody", breaks="rmmod sfc", config=SEQUENTIAL,
           names=("sf0", "sf1"), trace="taken-out-sequential", full_only=True),
    stays("the kernel takes no module any more", "kernel-refuses", breaks="sysctl -q kernel.modules_disabled=1",
          says=("kernel.modules_disabled",), full_only=True),
    # Numbers as in drivers/fixture_fault.h.
    stays("the lock of a port is held for good", "hung", breaks="modprobe -r sfc; modprobe sfc fixture_fault=10 fixture_seconds=600; sleep 2",
          says=("0000:00:08.1", "does not answer"), full_only=True),
    active("the in-tree driver takes five seconds for each port",
           breaks="modprobe -r sfc; setsid modprobe sfc fixture_fault=3 fixture_seconds=5 </dev/null >/dev/null 2>&1 & sleep 1", full_only=True),
    # A driver's name is not its module's: in-tree sfc has sfc_ef100, too.
    active("the other PCI driver of in-tree sfc carries a port", breaks="rmmod sfc; modprobe sfc ef100=1; udevadm settle --timeout=10", full_only=True),
    active("the other PCI driver of staged sfc carries a port", config=PARAMETER % 'ef100 = "1"', full_only=True),
    degraded("no port gets carrier, and the last good boot had it", "unreachable", config='[guard]\nsettle = "1s"\n' + PARAMETER % 'fixture_fault = "11"',
             breaks="mkdir -p /var/lib/onload-node; printf '\"%s\" = true\\n' $(cat /sys/class/net/ens8f*/address) >/var/lib/onload-node/reach.toml",
             after="for i in $(seq 60); do grep -q unreachable.=.1 /var/lib/onload-node/guard.toml && break; sleep 0.5; done",
             exit=0, says=("no port has carrier",), except_for="the boot is judged after the unit has ended",
             full_only=True),
    active("the interface of a port is up already", breaks="ip link set ens8f0 up", full_only=True),
    degraded("the control plane server is missing", "control-plane", breaks="mv /usr/local/sbin/onload_cp_server /var/", full_only=True),
    degraded("the control plane server cannot be executed", "control-plane", breaks="chmod 644 /usr/local/sbin/onload_cp_server", full_only=True),
    degraded("the control plane server is a directory", "control-plane",
             breaks="rm /usr/local/sbin/onload_cp_server; mkdir /usr/local/sbin/onload_cp_server", full_only=True),
    degraded("a device node is taken away", "onload-missing", after="rm /dev/onload_epoll; systemctl start onload-node-refresh",
             exit=0, says=("/dev/onload_epoll",), except_for="the unit ended before the device went", full_only=True),
)
