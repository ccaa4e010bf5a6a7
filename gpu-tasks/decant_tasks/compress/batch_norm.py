"""Statistics of batch normalisations: first the data's own, without any change of what the network answers, then,
when cutting channels or a smaller input moved them, taken anew.

Pretrained statistics are those of the pretraining photos. Where the data differ (grey textures: deviations are a small
part of the photos'), putting their own in place of those makes another network of it: measured on surface defects, the
whole teacher fell from 85.7 to 11.9 % validation top-1. So `adopt_statistics` moves the difference into the factors.
"""

from collections.abc import Iterable

import torch
from torch import nn
from torch.utils.hooks import RemovableHandle


@torch.no_grad()
def adopt_statistics(network: nn.Module, batches: Iterable[torch.Tensor]) -> nn.Module:
    """Gives every norm the statistics of its inputs over normalised images [N,3,H,W], and the factors with which the
    network still answers the same in evaluation; in place."""
    norms = {name: norm for name, norm in network.named_modules() if isinstance(norm, nn.BatchNorm2d) and norm.affine}
    seen = _input_statistics(network, norms, batches)
    for name, norm in norms.items():
        mean, variance = seen[name]
        assert norm.running_mean is not None, name
        assert norm.running_var is not None, name
        scale = (norm.running_var.double() + norm.eps).rsqrt()
        norm.bias.add_(norm.weight * (mean - norm.running_mean) * scale)
        norm.weight.mul_((variance + norm.eps).sqrt() * scale)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
    return network


@torch.no_grad()
def reestimate_statistics(network: nn.Module, batches: Iterable[torch.Tensor]) -> nn.Module:
    """Means and variances over normalised images [N,3,H,W] as plain averages over batches, in place; dropout stays off.
    Li et al. 2020, "EagleEye: Fast Sub-net Evaluation for Efficient Neural Network Pruning"."""
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


def _input_statistics(
    network: nn.Module, norms: dict[str, nn.BatchNorm2d], batches: Iterable[torch.Tensor]
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """float64 mean and variance of each norm's input channels in evaluation, averaged over batches: the same estimate
    that `reestimate_statistics` makes, so that the two agree on a network that nobody changed."""
    sums: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}

    def watch(name: str) -> RemovableHandle:
        def hook(_: nn.Module, values: tuple[torch.Tensor, ...]) -> None:
            variance, mean = torch.var_mean(values[0], dim=(0, 2, 3))
            before = sums.get(name, (0.0, 0.0))
            sums[name] = before[0] + mean.double(), before[1] + variance.double()

        return norms[name].register_forward_pre_hook(hook)

    was_training = network.training
    network.eval()
    hooks = [watch(name) for name in norms]
    count = 0
    try:
        for images in batches:
            network(images)
            count += 1
    finally:
        for handle in hooks:
            handle.remove()
        network.train(was_training)
    return {name: (mean / count, variance / count) for name, (mean, variance) in sums.items()}
