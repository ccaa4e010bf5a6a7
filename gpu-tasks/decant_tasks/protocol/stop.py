"""When a task has to stop early: SIGTERM, SIGINT or a deadline. Loops ask between steps, checkpoint, then raise."""

import signal
import time
from collections.abc import Callable, Mapping

from decant_tasks.errors import TaskError

_MESSAGES = {
    "Stopped": "Stopped on request; the same command goes on from the checkpoint.",
    "Deadline": "The time for this run is used up: give the job more. Finished steps stay.",
}
# By rank among processes that train together: the highest counts.
_REASONS = ("", "Stopped", "Deadline")


class StopRequest:
    """Why the task should stop, or None. `now_ms` is the clock, in epoch ms. `agree`, of processes that train together,
    answers the highest of their numbers, so that all stop at the same step when one has to."""

    def __init__(self, deadline_ms: float | None = None, now_ms: Callable[[], float] = lambda: time.time() * 1000):
        self.deadline_ms = deadline_ms
        self.now_ms = now_ms
        self.signalled = False
        self.agree: Callable[[int], int] = lambda number: number

    def request(self, *_: object) -> None:
        """Asks the task to stop: a signal handler."""
        self.signalled = True

    def remaining_s(self) -> float | None:
        """Seconds until the deadline, below 0 after it; None without one."""
        return None if self.deadline_ms is None else (self.deadline_ms - self.now_ms()) / 1000

    def reason(self) -> TaskError | None:
        """The error to end with, or None to go on."""
        if self.signalled:
            return TaskError("Stopped", _MESSAGES["Stopped"])
        if self.deadline_ms is not None and self.now_ms() >= self.deadline_ms:
            return TaskError("Deadline", _MESSAGES["Deadline"])
        return None

    def check(self, before_stopping: Callable[[], None] | None = None) -> None:
        """Raises where the task has to stop, after `before_stopping` (a checkpoint) was called."""
        own = self.reason()
        agreed = self.agree(0 if own is None else _REASONS.index(own.code))
        if agreed:
            self.signalled = self.signalled or _REASONS[agreed] == "Stopped"
            if before_stopping is not None:
                before_stopping()
            raise TaskError(_REASONS[agreed], _MESSAGES[_REASONS[agreed]])


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
