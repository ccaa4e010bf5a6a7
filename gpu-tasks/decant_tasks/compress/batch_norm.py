"""Running statistics of batch normalisations, taken anew as plain averages over batches: cutting channels moved them.

Li et al. 2020, "EagleEye: Fast Sub-net Evaluation for Efficient Neural Network Pruning".
"""

from collections.abc import Iterable

import torch
from torch import nn


@torch.no_grad()
def reestimate_statistics(network: nn.Module, batches: Iterable[torch.Tensor]) -> nn.Module:
    """Means and variances over normalised images [N,3,H,W], in place; dropout stays off."""
    was_training = network.training
    network.eval()
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch's word for a cumulative average
        norm.train()
    try:
        for images in batches:
            network(images)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        network.train(was_training)
    return network
