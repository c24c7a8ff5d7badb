# SPDX-License-Identifier: BSD-2-Clause
"""What a suite came to, and how that is told."""

from dataclasses import dataclass, field

TAIL_LINES = 40


@dataclass
class Outcome:
    """Counts of single cases; reasons name each case that failed or was skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: list = field(default_factory=list)
    tried: str = ""  # how much, where there is a short and a long count

    def __add__(self, other):
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.reasons + other.reasons,
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def failure(reason):
    return Outcome(failed=1, reasons=[f"failed: {reason}"])


def skip(reason):
    return Outcome(skipped=1, reasons=[f"skipped: {reason}"])


def print_tail(log):
    """The end of a log: what failed is usually said last."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    shown = [f"  | {line}" for line in lines[-TAIL_LINES:]]
    if len(lines) > TAIL_LINES:
        shown.insert(0, f"  | ... {len(lines) - TAIL_LINES} lines before these in {log}")
    # At once: two scenarios may tell at the same time.
    print("\n".join(shown), flush=True)
