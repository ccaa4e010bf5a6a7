"""All tasks, in alphabetical order."""

from decant_tasks.errors import TaskError
from decant_tasks.tasks.compress import COMPRESS
from decant_tasks.tasks.fine_tune import FINE_TUNE
from decant_tasks.tasks.profile import PROFILE
from decant_tasks.tasks.task import Task

TASKS: tuple[Task, ...] = (COMPRESS, FINE_TUNE, PROFILE)


def find_task(name: str) -> Task:
    """The task of that name."""
    for task in TASKS:
        if task.name == name:
            return task
    raise TaskError("InvalidInput", f"Expected a task among {[task.name for task in TASKS]}, got {name!r}.")
