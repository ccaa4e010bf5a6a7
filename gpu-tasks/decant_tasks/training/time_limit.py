"""How many epochs a training has time for, once it has seen how long one takes: a training that is cut off leaves
nothing, one whose schedule ends sooner leaves a network."""

import time
from collections.abc import Callable

from decant_tasks.protocol.stop import StopRequest

# The first epoch warms up, and the last must not be a second late.
_EPOCHS_SEEN_MIN = 2
_SHARE_OF_TIME_LEFT = 0.95


class TimeLimit:
    """Counts whole epochs of this process; `clock` in seconds."""

    def __init__(self, stop: StopRequest, clock: Callable[[], float] = time.monotonic):
        self._stop = stop
        self._clock = clock
        self._begin_s: float | None = None
        self._seen = 0

    def begin_at(self, *, whole: bool) -> None:
        """An epoch begins; one that goes on from the middle, after a resumption, tells nothing."""
        if whole and self._begin_s is None:
            self._begin_s = self._clock()

    def epochs_after(self, done: int, planned: int) -> int:
        """How many there will be in all, done..planned, after another one has ended. Processes that train together
        agree on the fewest."""
        return -self._stop.agree(-min(planned, self._affordable(done, planned)))

    def _affordable(self, done: int, planned: int) -> int:
        if self._begin_s is None:
            return planned
        self._seen += 1
        remaining_s = self._stop.remaining_s()
        if remaining_s is None or self._seen < _EPOCHS_SEEN_MIN:
            return planned
        epoch_s = (self._clock() - self._begin_s) / self._seen
        return done + int(_SHARE_OF_TIME_LEFT * max(0.0, remaining_s) / max(epoch_s, 1e-9))
