"""A training that has no time for all its epochs ends its schedule sooner, instead of being cut off."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import Score
from decant_tasks.training.loop import LoopResult, LoopSettings, run_loop
from decant_tasks.training.time_limit import TimeLimit


@dataclass
class Clock:
    """Goes on when it is told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def _limit(clock: Clock, deadline_s: float | None) -> TimeLimit:
    deadline_ms = None if deadline_s is None else deadline_s * 1000
    return TimeLimit(StopRequest(deadline_ms, lambda: clock.seconds * 1000), clock)


def _epochs(limit: TimeLimit, clock: Clock, seconds: list[float], planned: int) -> list[int]:
    answers: list[int] = []
    for done, epoch_s in enumerate(seconds, start=1):
        limit.begin_at(whole=True)
        clock.seconds += epoch_s
        planned = limit.epochs_after(done, planned)
        answers.append(planned)
    return answers


def test_all_epochs_stay_where_there_is_no_deadline():
    clock = Clock()
    assert _epochs(_limit(clock, None), clock, [100.0] * 3, 20) == [20, 20, 20]


def test_all_epochs_stay_where_there_is_time_for_them():
    clock = Clock()
    assert _epochs(_limit(clock, 30), clock, [1.0] * 20, 20)[-1] == 20


def test_epochs_that_no_time_is_left_for_are_left_out():
    clock = Clock()
    # After 2 epochs of 2 s there are 26 s left: 0.95 of them is 12 more.
    assert _epochs(_limit(clock, 30), clock, [2.0, 2.0], 20) == [20, 14]


def test_one_slow_first_epoch_decides_nothing():
    clock = Clock()
    assert _epochs(_limit(clock, 30), clock, [10.0], 20) == [20]


def test_epochs_left_out_do_not_come_back():
    clock = Clock()
    answers = _epochs(_limit(clock, 30), clock, [2.0, 2.0, 0.1, 0.1, 0.1], 20)
    assert answers == sorted(answers, reverse=True)


def test_it_ends_at_once_after_the_deadline():
    clock = Clock()
    assert _epochs(_limit(clock, 3), clock, [2.0, 2.0], 20)[-1] == 2


def test_the_half_epoch_after_a_resumption_is_not_counted():
    clock = Clock()
    limit = _limit(clock, 30)
    limit.begin_at(whole=False)
    clock.seconds += 0.1
    limit.epochs_after(5, 20)
    # 23.9 s are left after two epochs of 3 s: 7 more. With the half one they would seem to take 2 s.
    assert _epochs(limit, clock, [3.0, 3.0], 20)[-1] == 2 + 7


_BATCHES = 4  # of an epoch: 32 samples, 8 at a time


def _train(folder: Path, stop: StopRequest) -> LoopResult:
    torch.manual_seed(0)
    network = nn.Linear(4, 2)
    images = torch.randn(32, 4)
    return run_loop(
        network,
        LoopSettings("distill", 8, 8, 1e-2, keep="last"),
        sample_count=32,
        seed=0,
        make_batch=lambda _, indices: images[torch.from_numpy(np.asarray(indices))],
        loss_of=lambda logits, _, __: logits.square().mean(),
        evaluate=lambda _: Score(0.5, 0.5),
        checkpoint=Checkpoint(folder / "distill.checkpoint", Progress("compress")),
        progress=Progress("compress"),
        stop=stop,
    )


def test_a_loop_without_time_ends_with_a_whole_network_and_says_how_long_it_was_trained(tmp_path: Path):
    now = Clock(1.0)

    def ticking() -> float:
        now.seconds += 10  # ms at each look
        return now.seconds

    result = _train(tmp_path, StopRequest(250, ticking))
    epochs = result.steps // _BATCHES
    assert 2 <= epochs < 8
    assert [point["epoch"] for point in result.curve] == list(range(1, epochs + 1))


def test_a_loop_that_was_shortened_stays_so_when_it_goes_on(tmp_path: Path):
    now = Clock(1.0)

    def ticking() -> float:
        now.seconds += 10
        return now.seconds

    short = _train(tmp_path, StopRequest(250, ticking))
    again = _train(tmp_path, StopRequest())
    assert again.steps == short.steps
    assert all(torch.equal(again.state[name], tensor) for name, tensor in short.state.items())
