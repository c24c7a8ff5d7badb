# SPDX-License-Identifier: BSD-2-Clause
"""Why there is no release."""


class Refusal(Exception):
    """What is wrong, where, and what to do."""
