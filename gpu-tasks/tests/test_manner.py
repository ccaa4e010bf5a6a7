"""Which students are refined: those that stand near their teacher before training."""

import copy

import pytest
import torch
from torch import nn

from decant_tasks.compress.distill import Distillation
from decant_tasks.compress.manner import Refinement, divergence_from_teacher, read_training, refined
from decant_tasks.model.backbone import build_network

SIZE = 32
TERMS = {"epochs": 3, "batch_size": 4, "learning_rate": 1e-3, "temperature": 2, "distillation_weight": 0.8}
REFINEMENT = {"below_divergence": 1, "learning_rate": 2e-4, "mixed_share": 0.5, "frozen_share": 1}


def _images(seed: int, size: int) -> list[torch.Tensor]:
    """Two batches, the second one smaller."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(count, 3, size, size, generator=generator) for count in (4, 2)]


def _divergence(student: nn.Module, teacher: nn.Module) -> float:
    images = _images(0, SIZE)
    return divergence_from_teacher(student, SIZE, images, teacher, SIZE, images)


def test_a_copy_stands_at_no_distance_from_its_teacher():
    teacher = build_network("tf_efficientnet_lite0", 3, 1).eval()
    assert _divergence(copy.deepcopy(teacher), teacher) == pytest.approx(0, abs=1e-6)


def test_the_divergence_is_the_mean_over_samples_of_the_teachers_relative_entropy():
    teacher, student = (build_network("tf_efficientnet_lite0", 3, seed).eval() for seed in (1, 2))
    with torch.no_grad():
        wanted, own = (torch.cat([network(x) for x in _images(0, SIZE)]).softmax(1) for network in (teacher, student))
    expected = (wanted * (wanted / own).log()).sum(1).mean().item()
    assert expected > 1e-4
    assert _divergence(student, teacher) == pytest.approx(expected, rel=1e-3)


def test_other_samples_for_the_teacher_than_for_the_student_are_an_error():
    teacher = build_network("tf_efficientnet_lite0", 3, 1).eval()
    with pytest.raises(ValueError, match="argument"):
        divergence_from_teacher(teacher, SIZE, _images(0, SIZE), teacher, SIZE, _images(0, SIZE)[:1])


def test_a_refined_recipe_differs_in_the_refinements_terms_only():
    recipe, refinement = read_training({**TERMS, "refinement": REFINEMENT})
    assert refinement == Refinement(**REFINEMENT)
    assert recipe == Distillation(**TERMS)
    assert refined(recipe, refinement) == Distillation(
        **TERMS | {"learning_rate": 2e-4, "mixed_share": 0.5, "frozen_share": 1, "phase": "refine"}
    )


def test_without_a_refinement_every_student_relearns():
    assert read_training(TERMS) == (Distillation(**TERMS), None)
