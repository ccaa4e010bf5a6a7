"""input.json: what a task shall do, checked against schemas/task-input.schema.json before anything is loaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decant_tasks.errors import TaskError
from decant_tasks.schema import check_record
from decant_tasks.storage.address import is_s3_address

MAXIMUM_INPUT_BYTES = 16 * 2**20


@dataclass(frozen=True)
class TaskInput:
    """`inputs`: by step name where a finished step's files are, an absolute folder or s3://.../<attempt>;
    `parameters` are the task's own."""

    task: str
    step: str
    key: str
    attempt: str
    inputs: Mapping[str, Path | str]
    parameters: dict[str, Any]
    seed: int
    threads: int

    def folder_of(self, step: str) -> Path:
        """Folder of a finished step that this task reads."""
        if step not in self.inputs:
            raise TaskError("InvalidInput", f"Expected the folder of {step} among the inputs of {self.task}.")
        return Path(self.inputs[step])


def read_task_input(path: Path) -> TaskInput:
    """Reads and checks input.json of this machine."""
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_INPUT_BYTES)
    except OSError as error:
        raise TaskError("InvalidInput", f"Expected a JSON object with the task, got: {error}", str(path)) from error
    return parse_task_input(content, path.name)


def parse_task_input(content: bytes, where: str) -> TaskInput:
    """Checks input.json, and that the local folders that it names are there."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TaskError("InvalidInput", f"Expected a JSON object with the task, got: {error}", where) from error
    check_record("task-input", record, where, code="InvalidInput")
    inputs = {step: place if is_s3_address(place) else Path(place) for step, place in record["inputs"].items()}
    local = [folder for folder in inputs.values() if isinstance(folder, Path)]
    missing = [folder for folder in local if not (folder.is_absolute() and folder.is_dir())]
    if missing:
        message = f"Expected absolute folders of finished steps or s3:// addresses, got {missing[0]}."
        raise TaskError("InvalidInput", message, where)
    fields = {name: record[name] for name in ("task", "step", "key", "attempt", "parameters", "seed", "threads")}
    return TaskInput(inputs=inputs, **fields)


def reads_from_s3(task_input: TaskInput) -> bool:
    """Whether any input, or the file of pretrained weights, lies in S3."""
    weights = task_input.parameters.get("backbone", {}).get("weights", {})
    return any(is_s3_address(str(place)) for place in [*task_input.inputs.values(), weights.get("path", "")])
