"""When a task has to stop early: SIGTERM, SIGINT or a deadline. Loops ask between steps, checkpoint, then raise."""

import signal
import time
from collections.abc import Callable, Mapping

from decant_tasks.errors import TaskError


class StopRequest:
    """Why the task should stop, or None. `now_ms` is the clock, in epoch ms."""

    def __init__(self, deadline_ms: float | None = None, now_ms: Callable[[], float] = lambda: time.time() * 1000):
        self.deadline_ms = deadline_ms
        self.now_ms = now_ms
        self.signalled = False

    def request(self, *_: object) -> None:
        """Asks the task to stop: a signal handler."""
        self.signalled = True

    def reason(self) -> TaskError | None:
        """The error to end with, or None to go on."""
        if self.signalled:
            return TaskError("Stopped", "Stopped on request; the same command goes on from the checkpoint.")
        if self.deadline_ms is not None and self.now_ms() >= self.deadline_ms:
            return TaskError("Deadline", "The time for this run is used up: give the job more. Finished steps stay.")
        return None

    def check(self, before_stopping: Callable[[], None] | None = None) -> None:
        """Raises where the task has to stop, after `before_stopping` (a checkpoint) was called."""
        reason = self.reason()
        if reason is not None:
            if before_stopping is not None:
                before_stopping()
            raise reason


def stop_request_from(environment: Mapping[str, str]) -> StopRequest:
    """Reads DEADLINE_MS (epoch ms, optional) and takes over SIGTERM and SIGINT."""
    text = environment.get("DEADLINE_MS")
    try:
        deadline_ms = float(text) if text else None
    except ValueError:
        raise TaskError("InvalidInput", f"Expected DEADLINE_MS in epoch ms, got {text!r}.") from None
    stop = StopRequest(deadline_ms)
    signal.signal(signal.SIGTERM, stop.request)
    signal.signal(signal.SIGINT, stop.request)
    return stop
