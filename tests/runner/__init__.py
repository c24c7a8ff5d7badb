# SPDX-License-Identifier: BSD-2-Clause
"""Builds the project, runs its suites and scenarios and counts them."""
