# SPDX-License-Identifier: BSD-2-Clause
"""Faults that come with a reboot: `breaks` on a node that is active, `during` beside its shutdown; looked at in the next boot."""

from .kind import active, refused, stays

LET_GO = "onload-node revert --live && udevadm settle"

# Udev comes to the cards long after the unit has begun, as it does where many devices are in its queue.
LATE_UDEV = """cat >/etc/udev/rules.d/00-late.rules <<'END'
ACTION=="add", SUBSYSTEM=="pci", ATTR{class}=="0x020000", PROGRAM="/bin/sleep 6"
END"""

KINDS = (
    active("a shutdown begins while apply looks around", breaks=LET_GO, full_only=True, during="onload-node apply --live; sleep 9"),
    active("a shutdown begins in the middle of the swap", breaks=LET_GO, full_only=True, during="sleep 0.3; onload-node apply --live; sleep 9"),
    active("the shutdown stops the unit while it works", breaks=LET_GO, full_only=True, during="systemctl restart --no-block onload-node; sleep 9"),
    refused("the configuration breaks between boots", breaks="mkdir -p /etc/onload-node/config.d; echo '[[[' >/etc/onload-node/config.d/50-fault.toml", full_only=True),
    active("the configuration is removed between boots", breaks="rm -r /etc/onload-node", full_only=True),
    # The last: the node runs the other kernel from then on.
    stays("the kernel changes between boots, and udev is late", "no-tree", breaks=LATE_UDEV, upgrade=True, says=("nothing is staged for kernel",), full_only=True),
)
