"""One forward pass of an empty image, for what hooks learn of a network's shapes at an input size."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle


def forward_once(network: nn.Module, input_size: int, hooks: Sequence[RemovableHandle]) -> None:
    """Runs [1,3,input_size,input_size] of zeros in evaluation mode, removes the hooks, and restores the mode."""
    was_training = network.training
    device = next(network.parameters()).device
    try:
        with torch.no_grad():
            network.eval()(torch.zeros(1, 3, input_size, input_size, device=device))
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)
