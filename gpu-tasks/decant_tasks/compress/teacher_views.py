"""The teacher's logits for augmented views, worked out once and used in every epoch that shows the same view again.

Function matching: teacher and student see the same crop, or blend of two, each at its own input size. Beyer et al.
2022, "Knowledge distillation: A good teacher is patient and consistent". A view is a pure function of (seed, view,
sample).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from decant_tasks.data.augment import Augmentation
from decant_tasks.data.mix import Mixes, draw_mixes, mixed_batch
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.export.frozen_forward import frozen_forward
from decant_tasks.model.normalise import Normalisation
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.training.checkpoint import Checkpoint

# Later epochs show earlier views again: that bounds the time of the teacher, and what its logits take in memory.
VIEWS_MAX = 12
_LOGITS_MAX = 2**26


@dataclass(frozen=True)
class TeacherViews:
    """logits: float32 [views,N,classes]."""

    logits: torch.Tensor

    def view_of(self, epoch: int) -> int:
        """Which view an epoch shows."""
        return epoch % len(self.logits)


def view_count(epochs: int, samples: int, classes: int) -> int:
    """How many views the epochs share, at least one."""
    return max(1, min(epochs, VIEWS_MAX, _LOGITS_MAX // (samples * classes)))


@dataclass(frozen=True)
class ViewSource:
    """Where views are cut from, and how. mixed_share: of the samples of a view, so many are blended with another."""

    crops: PackedArrays
    seed: int
    augmentation: Augmentation
    normalisation: Normalisation
    mixed_share: float = 0.0

    def mixes(self, view: int, indices: np.ndarray) -> Mixes:
        """What each sample's view is blended with."""
        return draw_mixes(self.mixed_share, len(self.crops), indices, self.seed, view)

    def batch(self, view: int, indices: np.ndarray, size: int) -> torch.Tensor:
        """Normalised images [N,3,size,size] of the samples' view, on the normalisation's device."""
        mixes = self.mixes(view, indices)
        pixels = mixed_batch(self.crops, indices, size, self.seed, view, self.augmentation, mixes)
        return self.normalisation(pixels.to(self.normalisation.scale.device))


@torch.no_grad()
def compute_teacher_views(
    teacher: nn.Module,
    size: int,
    views: int,
    source: ViewSource,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
    stop: StopRequest,
    batch_size: int = 32,
) -> TeacherViews:
    """Logits of `views` views of every sample at the teacher's input size; resumed from the checkpoint."""
    count = len(source.crops)
    starts = [(view, start) for view in range(views) for start in range(0, count, batch_size)]
    parts: list[torch.Tensor] = []
    saved = checkpoint.load()
    if saved is not None:
        parts = list(saved["parts"])
        progress("teacher: goes on", done=len(parts), total=len(starts))
    was_training = teacher.training
    answers = frozen_forward(teacher, size)
    for view, start in starts[len(parts) :]:
        stop.check(lambda: checkpoint.save({"parts": parts}))
        indices = np.arange(start, min(start + batch_size, count))
        parts.append(answers(source.batch(view, indices, size)))
        progress(done=len(parts), total=len(starts))
        if len(parts) == len(starts) or checkpoint.is_due():
            checkpoint.save({"parts": parts})
    teacher.train(was_training)
    return TeacherViews(torch.cat(parts).view(views, count, -1))
