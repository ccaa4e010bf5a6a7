"""What a task is: a name and a function that writes files and answers output.json."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput


@dataclass(frozen=True)
class TaskContext:
    """All that a task may use: its input, its folders, progress, the request to stop, seconds between checkpoints."""

    task_input: TaskInput
    folder: Path
    checkpoint_folder: Path
    progress: Progress
    stop: StopRequest
    checkpoint_interval_s: float = 30.0


@dataclass(frozen=True)
class Task:
    """`run` writes its files into context.folder and answers the record that becomes output.json (`output_schema`)."""

    name: str
    output_schema: str
    run: Callable[[TaskContext], dict[str, Any]]
