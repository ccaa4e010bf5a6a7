"""What a transfer strategy is: a way from pretrained weights to a classifier of our classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from decant_tasks.data.prepared_data import PreparedData
from decant_tasks.model.normalise import Normalisation
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import Score
from decant_tasks.training.loop import Curve


@dataclass(frozen=True)
class Recipe:
    """TeacherRecipe of core/workflow/records/training.ts at one of its input sizes."""

    input_size: int
    epochs: int
    batch_size: int
    learning_rate: float
    probe_epochs: int


@dataclass(frozen=True)
class TransferContext:
    """`pretrained()` answers a fresh network with pretrained weights, padded for the recipe's input size."""

    recipe: Recipe
    data: PreparedData
    pretrained: Callable[[], nn.Module]
    normalisation: Normalisation
    seed: int
    progress: Progress
    stop: StopRequest
    checkpoint_folder: Path
    checkpoint_interval_s: float

    def checkpoint(self, name: str) -> Checkpoint:
        """A checkpoint of this step by name."""
        return Checkpoint(self.checkpoint_folder / f"{name}.checkpoint", self.progress, self.checkpoint_interval_s)


@dataclass(frozen=True)
class TransferResult:
    """A whole network's weights and its score on validation. steps: passes over a batch that changed the weights."""

    name: str
    input_size: int
    state: dict[str, torch.Tensor]
    score: Score
    steps: int
    curve: Curve

    def describe(self) -> dict[str, Any]:
        """Entry of TeacherOutput.strategies."""
        return {
            "name": self.name,
            "input_size": self.input_size,
            "validation_top1": self.score.top1,
            "steps": self.steps,
        }


@dataclass(frozen=True)
class Transfer:
    """`after` names the strategies whose results `run` reads; `is_wanted` answers whether the recipe asks for it."""

    name: str
    after: tuple[str, ...]
    is_wanted: Callable[[Recipe], bool]
    run: Callable[[TransferContext, Mapping[str, TransferResult]], TransferResult]
