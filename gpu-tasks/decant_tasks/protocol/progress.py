"""Progress and errors as JSON lines on standard output, one object a line, in ASCII whatever the locale."""

import json
import sys
from typing import TextIO

from decant_tasks.errors import TaskError
from decant_tasks.protocol.failure import error_record


class Progress:
    """Writes this step's progress lines."""

    def __init__(self, step: str, stream: TextIO | None = None):
        self.step = step
        self.stream = stream if stream is not None else sys.stdout

    def __call__(
        self,
        message: str | None = None,
        *,
        done: int | None = None,
        total: int | None = None,
        metrics: dict[str, float] | None = None,
    ) -> None:
        fields = {"done": done, "total": total, "message": message, "metrics": metrics}
        line = {"event": "progress", "step": self.step} | {k: v for k, v in fields.items() if v is not None}
        print(json.dumps(line), file=self.stream, flush=True)


def write_error(error: TaskError, stream: TextIO | None = None) -> None:
    """The last line of a task that failed."""
    line = {"event": "error", **error_record(error)}
    print(json.dumps(line), file=stream if stream is not None else sys.stdout, flush=True)
