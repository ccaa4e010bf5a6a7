"""Exit codes by what a scheduler may do: Batch's retry strategy matches them, error line and record say the rest."""

from decant_tasks.errors import TaskError

DONE = 0
FAILED = 1
"""Trying again would end the same: the record says why."""
LOST_COMPANY = 75
"""EX_TEMPFAIL: the parent, or another process of the same training, is gone. Worth another try."""
INTERRUPTED = 143
"""128 + SIGTERM: a spot machine was taken back. Another try goes on from the checkpoint."""


def exit_code_of(error: TaskError, *, signalled: bool, company_lost: bool) -> int:
    """What the process ends with after this error."""
    if company_lost:
        return LOST_COMPANY
    return INTERRUPTED if signalled and error.code == "Stopped" else FAILED
