"""A backbone by its timm name, with a fresh head for our classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import timm
import torch
from torch import nn

from decant_tasks.errors import TaskError


@dataclass(frozen=True)
class Backbone:
    """Backbone of core/workflow/records/plan.ts. mean and std: per channel, of RGB scaled to 0..1."""

    architecture: str
    weights: Mapping[str, Any]
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def read_backbone(record: Mapping[str, Any]) -> Backbone:
    """From the checked JSON of a task's parameters."""
    mean, std = tuple(record["mean"]), tuple(record["std"])
    return Backbone(record["architecture"], record["weights"], record["input_size"], mean, std)


def build_network(architecture: str, classes: int, seed: int) -> nn.Module:
    """A timm network with random weights, channels last; `seed` draws them."""
    if not timm.is_model(architecture):
        close = ", ".join(timm.list_models(f"*{architecture[:12]}*")[:5]) or "see timm.list_models()"
        raise TaskError("InvalidInput", f"Expected the name of a timm model, got {architecture!r}. Close: {close}.")
    torch.manual_seed(seed)
    network = timm.create_model(architecture, pretrained=False, num_classes=classes)
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def head_of(network: nn.Module) -> nn.Linear:
    """The classifier, a linear layer over pooled features."""
    head = cast(Any, network).get_classifier()
    if not isinstance(head, nn.Linear):
        raise TaskError("InvalidInput", f"Expected a linear classifier, got {type(head).__name__}.")
    return head


def head_name(network: nn.Module) -> str:
    """Dotted name of the classifier, e.g. "classifier"."""
    head = head_of(network)
    return next(name for name, module in network.named_modules() if module is head)


def pooled_features(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """What the classifier sees: normalised [N,3,H,W] to [N,features], in evaluation without dropout."""
    timm_network = cast(Any, network)
    return timm_network.forward_head(timm_network.forward_features(images), pre_logits=True)


def count_parameters(network: nn.Module) -> int:
    """Trainable numbers, head included."""
    return sum(parameter.numel() for parameter in network.parameters())
