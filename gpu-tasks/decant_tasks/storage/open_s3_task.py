"""The parts of opening a task that need boto3: an input.json in S3, an attempt whose output lies there, its inputs."""

from collections.abc import Callable
from pathlib import Path

from decant_tasks.errors import TaskError
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import MAXIMUM_INPUT_BYTES, TaskInput, parse_task_input
from decant_tasks.storage.address import parse_s3_address
from decant_tasks.storage.checkpoint_mirror import CheckpointMirror
from decant_tasks.storage.client import create_s3_client
from decant_tasks.storage.fetch_inputs import fetch_inputs
from decant_tasks.storage.objects import S3Objects
from decant_tasks.storage.s3_attempt import S3Attempt


def read_s3_input(source: str) -> TaskInput:
    """Reads and checks input.json in S3."""
    address = parse_s3_address(source)
    found = S3Objects(create_s3_client()).get(address, MAXIMUM_INPUT_BYTES)
    if found is None:
        raise TaskError("InvalidInput", "Expected a JSON object with the task, found no such object.", source)
    return parse_task_input(found.content, address.name)


def open_s3_attempt(
    task_input: TaskInput, output: str, scratch: Path, progress: Progress, stop: StopRequest
) -> S3Attempt:
    """An attempt that works in `scratch`; a request to stop sends what is in its checkpoint folder at once."""
    address, work = parse_s3_address(output), scratch / "attempt"
    if (address.parent.name, address.name) != (task_input.step, task_input.key):
        message = f"Expected OUTPUT to end in {task_input.step}/{task_input.key}, as the input says."
        raise TaskError("InvalidInput", message, output)
    # `decant logs --cloud` finds a step's log streams by this line.
    progress(f"writes to {address}")
    objects = S3Objects(create_s3_client())
    mirror = CheckpointMirror(objects, work / "checkpoint", address / "checkpoint", progress, lambda: stop.signalled)
    return S3Attempt(task_input, address, objects, work, mirror)


def fetch_s3_inputs(task_input: TaskInput, folder: Path, check: Callable[[], object]) -> TaskInput:
    """The input with every folder and file on this machine, under `folder` where it came from S3."""
    return fetch_inputs(task_input, S3Objects(create_s3_client()), folder, check)
