"""Gives an exception of Python, torch or the system its code."""

import errno

from decant_tasks.distributed.lost_company import LostCompanyError
from decant_tasks.errors import TaskError


def as_task_error(error: BaseException) -> TaskError:
    """The error that crosses the process boundary."""
    if isinstance(error, TaskError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return TaskError("Stopped", "Stopped on request; the same command goes on from the checkpoint.")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TaskError("DiskFull", f"The disk is full: {error}. Free some space; the same command goes on.")
    if isinstance(error, OSError):
        return TaskError("StoreFailed", f"A file of the store could not be read or written: {error}")
    if isinstance(error, LostCompanyError):
        return TaskError("ChildFailed", f"Another process of this training is gone; another try goes on. {error}")
    text = str(error)
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text:
        return TaskError("OutOfMemory", f"Memory ran out; a smaller batch size needs less. {text[:500]}")
    return TaskError("Defect", f"{type(error).__name__}: {text[:2000]}")
