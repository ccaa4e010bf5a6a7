"""Exponential moving average of a network's weights and statistics: what is evaluated and kept."""

import copy

import torch
from torch import nn


def average_decay(step: int, total_steps: int) -> float:
    """Looks back over a tenth of the training, less in the first steps, as timm's ModelEmaV3 warms up."""
    horizon = max(2.0, 0.1 * total_steps)
    return min(1 - 1 / horizon, (1 + step) / (10 + step))


def start_average(network: nn.Module) -> nn.Module:
    """A copy to average into."""
    return copy.deepcopy(network).eval().requires_grad_(False)


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """average = decay * average + (1 - decay) * network; counters are copied."""
    current = network.state_dict()
    for name, tensor in average.state_dict().items():
        if tensor.is_floating_point():
            tensor.lerp_(current[name].to(tensor), 1 - decay)
        else:
            tensor.copy_(current[name])
