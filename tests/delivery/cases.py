# SPDX-License-Identifier: BSD-2-Clause
"""Counted cases for the suites about what is delivered: one line each, and a report in GoogleTest's form, so that
tests/run counts them like any other."""

import json
import os
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REPORT_VARIABLE = "GTEST_OUTPUT"


class Cases:
    """What a suite's cases came to."""

    def __init__(self, suite):
        self._suite = suite
        self._cases = []

    def check(self, promise, condition, detail=""):
        """Counts one promise; `detail` is what was seen, shown when it does not hold."""
        self._cases.append((promise, "passed" if condition else "failed"))
        print(f"{'ok' if condition else 'FAIL'} - {promise}", flush=True)
        if not condition:
            for line in str(detail).splitlines():
                print(f"    {line}", flush=True)
        return bool(condition)

    def equal(self, promise, actual, expected):
        return self.check(promise, actual == expected, f"expected: {expected!r}\nactual:   {actual!r}")

    def none(self, promise, complaints):
        """Holds when there is nothing to complain about."""
        complaints = list(complaints)
        return self.check(promise, not complaints, "\n".join(map(str, complaints)))

    def skip(self, promise, reason):
        self._cases.append((promise, "skipped"))
        print(f"skip - {promise} ({reason})", flush=True)

    def _report(self):
        cases = []
        for name, outcome in self._cases:
            case = {"name": name, "status": "RUN", "result": "COMPLETED"}
            if outcome == "failed":
                case["failures"] = [{"failure": name}]
            if outcome == "skipped":
                case["result"] = "SKIPPED"
            cases.append(case)
        return {"testsuites": [{"name": self._suite, "testsuite": cases}]}

    def finish(self):
        """Writes the report and ends the program. Having checked nothing is a failure."""
        where = os.environ.get(REPORT_VARIABLE, "")
        if where.startswith("json:"):
            Path(where.removeprefix("json:")).write_text(json.dumps(self._report()), encoding="utf-8")
        outcomes = [outcome for _, outcome in self._cases]
        print(", ".join(f"{outcomes.count(each)} {each}" for each in ("passed", "failed", "skipped")))
        sys.exit(1 if "failed" in outcomes or not outcomes else 0)


def run(suite, function, *arguments):
    """Runs a suite to its end; an exception is a case that failed."""
    cases = Cases(suite)
    try:
        function(cases, *arguments)
    except Exception:  # whatever it is, the cases so far count and the report is written
        cases.check("the suite comes to its end", False, traceback.format_exc())
    cases.finish()
