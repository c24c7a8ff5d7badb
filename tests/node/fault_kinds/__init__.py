# SPDX-License-Identifier: BSD-2-Clause
"""Every kind of fault that is tried on the booted node: one entry each, as data."""

from . import across_boots, driver, modules, names_and_time, system
from .kind import Kind

__all__ = ["ACROSS_BOOTS", "KINDS", "Kind"]

KINDS = (*modules.KINDS, *driver.KINDS, *system.KINDS, *names_and_time.KINDS)
ACROSS_BOOTS = across_boots.KINDS
