# SPDX-License-Identifier: BSD-2-Clause
"""What can go wrong outside the thing under test."""


class HarnessError(Exception):
    """The node or the harness failed, with a sentence that says what to do."""


class Deadline(HarnessError):
    """Something did not happen in its time."""


class MachineReset(HarnessError):
    """The machine was reset, or ended, while a command ran in it."""


class CommandFailed(HarnessError):
    """A command that had to succeed did not."""

    def __init__(self, command, output):
        self.output = output
        super().__init__(
            f"`{command}` ended with {output.rc}\nstdout: {output.stdout.strip()}\nstderr: {output.stderr.strip()}"
        )
