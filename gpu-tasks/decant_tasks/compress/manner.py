"""How a student is trained: one near its teacher is refined, one far from it relearns as the recipe's own terms say.

A refined student takes small steps on blended views and keeps its batch statistics: what it has is worth keeping. One
that has lost its answers needs large steps and statistics that move with it. How far it stands is measured before
training, as the mean Kullback-Leibler divergence of its answers from the teacher's on training samples.
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.compress.distill import Distillation
from decant_tasks.export.frozen_forward import frozen_forward


@dataclass(frozen=True)
class Refinement:
    """Refinement of core/workflow/records/training.ts."""

    below_divergence: float
    learning_rate: float
    mixed_share: float
    frozen_share: float


def read_training(record: dict[str, Any]) -> tuple[Distillation, Refinement | None]:
    """Of a candidate's `training`: how every student is trained, and what is different for one near its teacher."""
    terms = {name: value for name, value in record.items() if name != "refinement"}
    refinement = record.get("refinement")
    return Distillation(**terms), None if refinement is None else Refinement(**refinement)


def refined(recipe: Distillation, refinement: Refinement) -> Distillation:
    """The recipe in the refinement's terms; its curve is told apart."""
    return dataclasses.replace(
        recipe,
        phase="refine",
        learning_rate=refinement.learning_rate,
        mixed_share=refinement.mixed_share,
        frozen_share=refinement.frozen_share,
    )


@torch.no_grad()
def divergence_from_teacher(
    student: nn.Module,
    size: int,
    images: Iterable[torch.Tensor],
    teacher: nn.Module,
    teacher_size: int,
    teacher_images: Iterable[torch.Tensor],
) -> float:
    """Mean KL(teacher || student) in nats over the same samples at both input sizes: images [N,3,size,size] and
    teacher_images [N,3,teacher_size,teacher_size], normalised, batch by batch."""
    own, wanted = frozen_forward(student, size), frozen_forward(teacher, teacher_size)
    total, count = 0.0, 0
    for batch, teacher_batch in zip(images, teacher_images, strict=True):
        answers, targets = F.log_softmax(own(batch), dim=1), F.log_softmax(wanted(teacher_batch), dim=1)
        total += F.kl_div(answers, targets, reduction="sum", log_target=True).item()
        count += len(batch)
    return total / count
