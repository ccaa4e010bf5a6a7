"""input.json: what a task shall do, checked against schemas/task-input.schema.json before anything is loaded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decant_tasks.errors import TaskError
from decant_tasks.schema import check_record

MAXIMUM_INPUT_BYTES = 16 * 2**20


@dataclass(frozen=True)
class TaskInput:
    """`inputs` are the absolute folders of finished steps by step name; `parameters` are the task's own."""

    task: str
    step: str
    key: str
    attempt: str
    inputs: dict[str, Path]
    parameters: dict[str, Any]
    seed: int
    threads: int

    def folder_of(self, step: str) -> Path:
        """Folder of a finished step that this task reads."""
        if step not in self.inputs:
            raise TaskError("InvalidInput", f"Expected the folder of {step} among the inputs of {self.task}.")
        return self.inputs[step]


def read_task_input(path: Path) -> TaskInput:
    """Reads and checks input.json."""
    try:
        with path.open("rb") as file:
            record = json.loads(file.read(MAXIMUM_INPUT_BYTES))
    except (OSError, ValueError, RecursionError) as error:
        raise TaskError("InvalidInput", f"Expected a JSON object with the task, got: {error}", str(path)) from error
    check_record("task-input", record, path.name, code="InvalidInput")
    inputs = {step: Path(folder) for step, folder in record["inputs"].items()}
    missing = [folder for folder in inputs.values() if not (folder.is_absolute() and folder.is_dir())]
    if missing:
        raise TaskError("InvalidInput", f"Expected absolute folders of finished steps, got {missing[0]}.", path.name)
    fields = {name: record[name] for name in ("task", "step", "key", "attempt", "parameters", "seed", "threads")}
    return TaskInput(inputs=inputs, **fields)
