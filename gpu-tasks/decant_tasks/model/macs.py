"""Multiply-accumulates of one sample: convolutions and linear layers, which hold nearly all of a network's work."""

from typing import Any

import torch
from torch import nn

from decant_tasks.model.forward_once import forward_once


def count_macs(network: nn.Module, input_size: int) -> int:
    """MACs of a forward pass of [1,3,input_size,input_size]."""
    total = 0

    def add(module: nn.Module, _: Any, output: torch.Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            total += output[0].numel() * module.in_features

    layers = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    forward_once(network, input_size, hooks)
    return total
