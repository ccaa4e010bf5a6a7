"""Trains a student to answer as its teacher does, on the same views, with a share of the labels' own loss.

Hinton et al. 2015, "Distilling the Knowledge in a Neural Network": Kullback-Leibler divergence of softened answers,
times the temperature squared so that its gradients keep their size.

Measured at 112 px with 42 % of the parameters, KL to the teacher on samples held out of training: 452 flower photos,
148 held out, 18 epochs, two seeds: 0.195 and 0.210; blends (2/3 of the views) with frozen statistics 0.158 and 0.166,
top-1 the same. One seed: only blends 0.202, only frozen 0.202, blends and frozen in the last half 0.190. But 449 grey
surface defects, 143 held out, 6 epochs: 0.31, frozen 1.02. So both serve students near their teacher only (manner.py).
Matching the teacher's pooled features too (cosine, weights 2 and 10, flowers, 6 epochs) changed 0.258 to 0.263. With
frozen statistics and 6 epochs, rates of 2e-4 and 1e-3 ended at 0.253 and 0.266, 5e-4 at 0.226.

At 96 px pruned to 56 % of the time and refitted, 505 flower photos, 95 held out, 27 epochs, one seed: 0.594 before
training, 0.266 after it; blends (2/3) and frozen throughout 0.245, at 2e-4 0.228. But 508 surface defects, 84 held out,
10 epochs: 2.42 before, 0.252 after it, and 0.619 with blends and frozen at 2e-4. And PACS, 140 held out, 5 epochs: 1.32
before, 0.687, and 0.685. At 128 px with as much time for inference and for training the flower photos came to 0.246: as
good, within its error of 0.04.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.compress.batch_norm import reestimate_statistics
from decant_tasks.compress.teacher_views import TeacherViews, ViewSource
from decant_tasks.data.mix import Mixes
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import Score, predict_logits, score_logits
from decant_tasks.training.loop import LoopResult, LoopSettings, run_loop


@dataclass(frozen=True)
class Distillation:
    """DistillRecipe of core/workflow/records/training.ts."""

    epochs: int
    batch_size: int
    learning_rate: float
    temperature: float
    distillation_weight: float
    # The last of `epochs`, which train a copy with simulated int8; distill itself knows nothing of them.
    quantization_epochs: int = 0
    # Of each view's samples, so many are blended with another one.
    mixed_share: float = 0.0
    # In so many of the epochs, the last ones, batch norms keep the statistics of unblended training samples.
    frozen_share: float = 0.0
    # The curve's name.
    phase: str = "distill"


def distillation_loss(
    logits: torch.Tensor, teacher_logits: torch.Tensor, labels: torch.Tensor, recipe: Distillation
) -> torch.Tensor:
    """Mean over samples; logits and teacher_logits [N,classes], labels [N] or, of blends, shares [N,classes]."""
    heat = recipe.temperature
    own, wanted = F.log_softmax(logits / heat, dim=1), F.log_softmax(teacher_logits / heat, dim=1)
    divergence = F.kl_div(own, wanted, reduction="batchmean", log_target=True) * heat**2
    share = recipe.distillation_weight
    return share * divergence + (1 - share) * F.cross_entropy(logits, labels)


def label_shares(labels: np.ndarray, indices: np.ndarray, mixes: Mixes, classes: int) -> torch.Tensor:
    """float32 [N,classes]: how much of each class a view shows."""
    own, others = (F.one_hot(torch.from_numpy(labels[which]), classes) for which in (indices, mixes.partners))
    shares = torch.from_numpy(mixes.own_shares)[:, None]
    return shares * own + (1 - shares) * others


def distill(
    student: nn.Module,
    size: int,
    recipe: Distillation,
    views: TeacherViews,
    source: ViewSource,
    labels: np.ndarray,
    validation: tuple[PackedArrays, np.ndarray],
    unblended: Callable[[], Iterable[torch.Tensor]],
    *,
    checkpoint: Checkpoint,
    progress: Progress,
    stop: StopRequest,
) -> LoopResult:
    """Trains `student` in place at input size `size`; the result holds its averaged weights. unblended: normalised
    images [N,3,size,size], from which the statistics that frozen batch norms keep are taken."""
    frozen = round(recipe.frozen_share * recipe.epochs)
    settings = LoopSettings(
        recipe.phase,
        recipe.epochs,
        recipe.batch_size,
        recipe.learning_rate,
        keep="last",
        frozen_from_epoch=recipe.epochs - frozen if frozen > 0 else None,
    )

    def evaluate(network: nn.Module) -> Score:
        images, targets = validation
        return score_logits(predict_logits(network, images, source.normalisation), targets)

    return train_on_views(
        student,
        size,
        settings,
        recipe,
        views,
        source,
        labels,
        evaluate,
        checkpoint=checkpoint,
        progress=progress,
        stop=stop,
        before_freezing=lambda network: reestimate_statistics(network, unblended()),
    )


def train_on_views(
    network: nn.Module,
    size: int,
    settings: LoopSettings,
    recipe: Distillation,
    views: TeacherViews,
    source: ViewSource,
    labels: np.ndarray,
    evaluate: Callable[[nn.Module], Score],
    *,
    checkpoint: Checkpoint,
    progress: Progress,
    stop: StopRequest,
    before_freezing: Callable[[nn.Module], object] = lambda _: None,
) -> LoopResult:
    """Trains `network` in place at input size `size` to give the answers that `views` hold, each on its own view."""
    device = source.normalisation.scale.device
    shown = {"view": 0}

    def make_batch(epoch: int, indices: np.ndarray) -> torch.Tensor:
        shown["view"] = views.view_of(epoch)
        return source.batch(shown["view"], indices, size)

    def loss_of(logits: torch.Tensor, _: torch.Tensor, indices: np.ndarray) -> torch.Tensor:
        wanted = views.logits[shown["view"], torch.from_numpy(indices)].to(device)
        targets = label_shares(labels, indices, source.mixes(shown["view"], indices), logits.shape[1])
        return distillation_loss(logits, wanted, targets.to(device), recipe)

    return run_loop(
        network,
        settings,
        sample_count=len(source.crops),
        seed=source.seed,
        make_batch=make_batch,
        loss_of=loss_of,
        evaluate=evaluate,
        checkpoint=checkpoint,
        progress=progress,
        stop=stop,
        before_freezing=before_freezing,
    )
