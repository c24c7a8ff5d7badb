# SPDX-License-Identifier: BSD-2-Clause
"""Ways to break a node that anybody may meet, each with what a person at the node types, and its cure: for `tests/demo --broken`, and for
the scenario that tries them all."""

from dataclasses import dataclass

CONFIG = "/etc/onload-node/config.d/90-mistake.toml"
PINS = "/etc/onload-node/modules.sha256"


@dataclass(frozen=True)
class Breakage:
    """What happened to the node, as a story; what is typed to break it and to cure it, on the node."""

    story: str
    state: str
    breaks: str
    cure: str
    cured_by_reboot: bool = True
    boots: int = 1  # that it takes until the node has come to this


def breakages(kernel):
    """Reason code -> how to come to it."""
    tree, other = f"/opt/lib/modules/{kernel}", "/opt/lib/modules/5.14.0-1.el9.x86_64"
    driver = f"{tree}/extra/sfc.ko"
    return {
        "no-tree": Breakage(
            "The node has got a new kernel, and modules are staged for another one only.", "in-tree",
            f"mv {tree} {other}", f"mv {other} {tree}      # stands for: onload-node stage IMAGE"),
        "config": Breakage(
            "Somebody has made a mistake in the configuration.", "in-tree",
            f"mkdir -p /etc/onload-node/config.d && printf '[names]\\npolicy = \"sequentail\"\\n' >{CONFIG}", f"rm {CONFIG}"),
        "pins": Breakage(
            "The staged driver is not the one that was pinned.", "in-tree",
            f"cd /opt/lib/modules && sha256sum {kernel}/extra/* | sed 's/^......../00000000/' >{PINS}",
            f"cd /opt/lib/modules && sha256sum {kernel}/extra/* >{PINS}      # once you know that these are yours"),
        "time-daemon": Breakage(
            "The configuration of sfptpd has a mistake.", "degraded",
            "sed -i 's/^sync_module ptp /sync_module ptpd /' /etc/sfptpd.conf", "sed -i 's/^sync_module ptpd /sync_module ptp /' /etc/sfptpd.conf && "
            "systemctl reset-failed sfptpd && onload-node apply", cured_by_reboot=False),
        "guard": Breakage(
            "The staged driver takes the node down: it has died in two boots.", "in-tree",
            f"cp /root/sfc-that-panics.ko {driver} && sync", f"cp /root/sfc-that-works.ko {driver} && sync", boots=3),
    }


def prepare(lab, machine, reason):
    """What the story needs on the disk."""
    if reason == "guard":
        machine.push(lab.faulty_driver("PROBE_PANICS"), "/root/sfc-that-panics.ko")
        machine.check(f"cp /opt/lib/modules/{lab.kernel}/extra/sfc.ko /root/sfc-that-works.ko")
    if reason == "time-daemon":
        lab.deliver_sfptpd_conf(machine)


def comes_to(machine, breakage, reason, addresses):
    """Breaks the node and lets it boot, as often as it takes."""
    machine.check(f"{breakage.breaks}\nsystemctl --no-block reboot")
    for _ in range(breakage.boots):
        machine.wait_next_boot()
    machine.wait_booted()
    machine.check(addresses)
    # chronyd has the clock in each of these cases; until it has, sfptpd is still being tried.
    machine.wait_until(f"systemctl is-active --quiet chronyd && onload-node status --json | grep -q '\"reason_code\" : \"{reason}\"'", 120)


def cure(machine, breakage, addresses):
    machine.check(breakage.cure.partition("      #")[0])
    if breakage.cured_by_reboot:
        machine.reboot()
        machine.wait_booted()
        machine.check(addresses)
    machine.wait_until("onload-node status --json | grep -q '\"state\" : \"active\"' && systemctl is-active --quiet sfptpd", 120)
