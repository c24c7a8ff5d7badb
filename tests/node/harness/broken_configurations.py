# SPDX-License-Identifier: BSD-2-Clause
"""Wrong configurations: what is written, where it is wrong, and what is meant."""

from .product import DROP_IN

BROKEN = {
    "broken TOML": ("[driver\n", f"{DROP_IN}:1:8:", ""),
    "unknown key": ('[driver]\ntreee = "/opt"\n', f"{DROP_IN}:2:1:", 'did you mean "tree"?'),
    "wrong type": ("[guard]\nattempts = \"two\"\n", f"{DROP_IN}:2:12:", "a whole number from 1 to 100"),
    "name too long": ('[[names.port]]\nmatch = { pci = "0000:00:08.0" }\nname = "sixteen-letters0"\n', f"{DROP_IN}:3:8:", "16 characters"),
    "name used twice": (
        '[[names.port]]\nmatch = { pci = "0000:00:08.0" }\nname = "sf0"\n'
        '[[names.port]]\nmatch = { pci = "0000:00:08.1" }\nname = "sf0"\n', f"{DROP_IN}:4:1:", f"got it at {DROP_IN}:1:1"),
    "bad PCI address": ('[[names.port]]\nmatch = { pci = "0000:00:08" }\nname = "sf0"\n', f"{DROP_IN}:2:17:", "is not a PCI address"),
    "negative duration": ('[limits]\nprobe = "-30s"\n', f"{DROP_IN}:2:9:", "negative"),
}
# Those that a boot tries, too.
ALSO_BOOTED = ("unknown key", "name used twice")
