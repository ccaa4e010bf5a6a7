"""From INPUT and OUTPUT, on this machine or s3:// addresses, to a task's input and its attempt."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from decant_tasks.distributed.follower_attempt import FollowerAttempt
from decant_tasks.protocol.attempt import Attempt, StepAttempt
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput, read_task_input, reads_from_s3
from decant_tasks.storage.address import is_s3_address


@dataclass(frozen=True)
class OpenTask:
    """`scratch`: an empty folder that goes with the process. Inputs may still lie in S3."""

    task_input: TaskInput
    attempt: StepAttempt
    progress: Progress
    stop: StopRequest
    scratch: Path

    def fetch_inputs(self) -> TaskInput:
        """The input with every folder on this machine."""
        if not reads_from_s3(self.task_input):
            return self.task_input
        from decant_tasks.storage.open_s3_task import fetch_s3_inputs

        self.progress("brings its inputs to this machine")
        return fetch_s3_inputs(self.task_input, self.scratch / "inputs", self.stop.check)


@contextmanager
def open_task(source: str, output: str, stop: StopRequest, *, is_main: bool = True) -> Iterator[OpenTask]:
    """Reads the input; at the end, however it comes, checkpoints that were not kept yet go to the store. A process that
    is not the main one writes nothing and says nothing."""
    task_input = _read_input(source)
    with (
        Path(os.devnull).open("w", encoding="utf-8") as silence,
        TemporaryDirectory(prefix="decant-", ignore_cleanup_errors=True) as scratch,
    ):
        progress = Progress(task_input.step, sys.stdout if is_main else silence)
        work = Path(scratch)
        attempt = _open_attempt(task_input, output, work, progress, stop) if is_main else FollowerAttempt(work)
        try:
            yield OpenTask(task_input, attempt, progress, stop, work)
        finally:
            attempt.close()


def _read_input(source: str) -> TaskInput:
    if not is_s3_address(source):
        return read_task_input(Path(source))
    from decant_tasks.storage.open_s3_task import read_s3_input

    return read_s3_input(source)


def _open_attempt(
    task_input: TaskInput, output: str, scratch: Path, progress: Progress, stop: StopRequest
) -> StepAttempt:
    if not is_s3_address(output):
        return Attempt(task_input, Path(output))
    from decant_tasks.storage.open_s3_task import open_s3_attempt

    return open_s3_attempt(task_input, output, scratch, progress, stop)
