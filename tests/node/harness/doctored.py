# SPDX-License-Identifier: BSD-2-Clause
"""Staged modules with one thing wrong, made from the good ones by changing bytes."""

import struct

MACHINE_AT = 18  # e_machine of an ELF header
PPC64 = 21
CRC_BEFORE_NAME = 8  # an entry of __versions is a long and a name of 56 bytes


def exchanged(module, old, new):
    """The module with each `old` replaced by as many other bytes."""
    if len(old) != len(new) or old not in module:
        raise ValueError(f"{old!r} is not in the module, or {new!r} is not as long")
    return module.replace(old, new)


def other_machine(module):
    return module[:MACHINE_AT] + struct.pack("<H", PPC64) + module[MACHINE_AT + 2 :]


def bad_crc(module, symbol):
    """One bit of the symbol's CRC in __versions is wrong."""
    padded = symbol.encode() + bytes(56 - len(symbol))
    at = module.index(padded) - CRC_BEFORE_NAME
    return module[:at] + bytes([module[at] ^ 1]) + module[at + 1 :]


def version_lost(module, symbol):
    """__versions tells of another symbol instead."""
    padded = symbol.encode() + bytes(56 - len(symbol))
    return exchanged(module, padded, b"x" + padded[1:])


def symbol_renamed(module, symbol, to):
    return exchanged(module, b"\0" + symbol.encode() + b"\0", b"\0" + to.encode() + b"\0")
