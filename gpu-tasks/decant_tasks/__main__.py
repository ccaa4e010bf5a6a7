"""Entry of every task: `python -m decant_tasks` with INPUT (input.json) and OUTPUT (steps/<step>/<key>) set."""

from decant_tasks.protocol.watchdog import watch_standard_input

watch_standard_input()  # before the slow imports: a parent that dies while torch loads counts too

import errno
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from decant_tasks.errors import TaskError
from decant_tasks.protocol.attempt import Attempt
from decant_tasks.protocol.files import write_json
from decant_tasks.protocol.progress import Progress, write_error
from decant_tasks.protocol.stop import stop_request_from
from decant_tasks.protocol.task_input import read_task_input


def run_task(environment: Mapping[str, str]) -> None:
    """Reads the input, runs its task unless it is done, and commits."""
    missing = [name for name in ("INPUT", "OUTPUT") if not environment.get(name)]
    if missing:
        raise TaskError("InvalidInput", f"Expected the environment variables INPUT and OUTPUT, missing: {missing}.")
    task_input = read_task_input(Path(environment["INPUT"]))
    attempt = Attempt(task_input, Path(environment["OUTPUT"]))
    progress = Progress(task_input.step)
    if attempt.find_done() is not None:
        progress("already done")
        return
    stop = stop_request_from(environment)
    attempt.begin()

    from decant_tasks.determinism import make_deterministic
    from decant_tasks.memory import keep_freed_memory
    from decant_tasks.schema import check_record
    from decant_tasks.tasks.list import find_task
    from decant_tasks.tasks.task import TaskContext

    task = find_task(task_input.task)
    make_deterministic(task_input.threads)
    keep_freed_memory()
    interval_s = float(environment.get("CHECKPOINT_INTERVAL_S") or 30)
    context = TaskContext(task_input, attempt.folder, attempt.checkpoint_folder, progress, stop, interval_s)
    output = task.run(context)
    check_record(task.output_schema, output, "output.json")
    write_json(attempt.folder / "output.json", output)
    progress("done" if attempt.commit() else "another attempt was first, its result stays")


def as_task_error(error: BaseException) -> TaskError:
    """Gives an exception of Python, torch or the system its code."""
    if isinstance(error, TaskError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return TaskError("Stopped", "Stopped on request; the same command goes on from the checkpoint.")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TaskError("DiskFull", f"The disk is full: {error}. Free some space; the same command goes on.")
    if isinstance(error, OSError):
        return TaskError("StoreFailed", f"A file of the store could not be read or written: {error}")
    text = str(error)
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
        return TaskError("OutOfMemory", f"Memory ran out; a smaller batch size needs less. {text[:500]}")
    return TaskError("Defect", f"{type(error).__name__}: {text[:2000]}")


def main() -> int:
    """Exit code 0 when the step is done, 1 after an error line."""
    try:
        run_task(os.environ)
        return 0
    except BaseException as error:
        task_error = as_task_error(error)
        if task_error.code == "Defect":
            traceback.print_exc(file=sys.stderr)
        write_error(task_error)
        return 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # no waiting for the watchdog thread or for torch's teardown
