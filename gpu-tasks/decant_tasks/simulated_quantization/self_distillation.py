"""Trains a network with simulated int8 to answer as it did in float: the float student is its own teacher.

Kullback-Leibler divergence of softened answers on the same views (Hinton et al. 2015); labels add nothing to what the
float student knows of them, and fidelity to it is what the int8 file is measured by.
"""

from dataclasses import dataclass

import numpy as np
import torch

from decant_tasks.compress.distill import Distillation, train_on_views
from decant_tasks.compress.teacher_views import TeacherViews, ViewSource
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.simulated_quantization.network import SimulatedNetwork
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import Score, predict_logits, score_logits
from decant_tasks.training.loop import LoopResult, LoopSettings


@dataclass(frozen=True)
class QuantizationTraining:
    """How long and how fast to train with simulated int8. learning_rate: in units of a channel's largest weight.
    Measured on Lite0, whose divergence starts at 0.02 nats: 3e-4 and 1e-3 raised it to 0.5 and more."""

    epochs: int
    batch_size: int
    learning_rate: float = 1e-5
    temperature: float = 1.0


def train_simulated(
    network: SimulatedNetwork,
    size: int,
    recipe: QuantizationTraining,
    views: TeacherViews,
    source: ViewSource,
    labels: np.ndarray,
    validation: tuple[PackedArrays, np.ndarray],
    *,
    checkpoint: Checkpoint,
    progress: Progress,
    stop: StopRequest,
) -> LoopResult:
    """Trains the network in place at input size `size`; `views` are the float student's answers. The network ends with
    its averaged weights."""
    loss_recipe = Distillation(recipe.epochs, recipe.batch_size, recipe.learning_rate, recipe.temperature, 1.0)
    settings = LoopSettings("quantization", recipe.epochs, recipe.batch_size, recipe.learning_rate, 0.0, keep="last")

    def evaluate(average: torch.nn.Module) -> Score:
        assert isinstance(average, SimulatedNetwork)
        average.refresh_growth()
        images, targets = validation
        return score_logits(predict_logits(average, images, source.normalisation), targets)

    result = train_on_views(
        network,
        size,
        settings,
        loss_recipe,
        views,
        source,
        labels,
        evaluate,
        checkpoint=checkpoint,
        progress=progress,
        stop=stop,
    )
    network.load_state_dict(result.state)
    network.eval().refresh_growth()
    return result
