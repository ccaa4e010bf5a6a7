"""Multiply-accumulates of one sample: convolutions and linear layers, which hold nearly all of a network's work."""

from typing import Any

import torch
from torch import nn


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
    was_training = network.training
    device = next(network.parameters()).device
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, input_size, input_size, device=device))
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)
    return total
