"""Square of the first-order change of a sample's loss when a channel is zeroed where it is read, mean over samples.

Molchanov et al. 2019, "Importance Estimation for Neural Network Pruning": the gate formulation, with a gate at the
readers' inputs, so that the scores of channels anywhere in the network mean the same and may be compared.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.compress.allocation import Scores
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.importances.importance import Batches, Importance


def _score(network: nn.Module, groups: Sequence[ChannelGroup], batches: Batches) -> Scores:
    sums = {group.name: torch.zeros(group.channels, dtype=torch.float64) for group in groups}
    seen: dict[str, list[torch.Tensor]] = {group.name: [] for group in groups}
    readers = [(group.name, reader) for group in groups for reader in group.readers]
    hooks = [network.get_submodule(reader).register_forward_pre_hook(_keep(seen[name])) for name, reader in readers]
    was_training = network.training
    network.eval()
    samples = 0
    try:
        for images, labels in batches():
            for inputs in seen.values():
                inputs.clear()
            loss = F.cross_entropy(network(images), labels, reduction="sum")
            flat = [tensor for inputs in seen.values() for tensor in inputs]
            gradients = iter(torch.autograd.grad(loss, flat))
            for name, inputs in seen.items():
                change = sum(_change(tensor, next(gradients)) for tensor in inputs)
                assert isinstance(change, torch.Tensor)
                sums[name] += change.double().square().sum(dim=0).cpu()
            samples += len(images)
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)
    return {name: total / max(1, samples) for name, total in sums.items()}


def _keep(inputs: list[torch.Tensor]) -> Any:
    def hook(_: nn.Module, values: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        # A tensor of its own for each reader: those of one group may read the same one, and each path counts once.
        own = values[0].view_as(values[0])
        if not own.requires_grad:
            own.requires_grad_(True)
        inputs.append(own)
        return (own, *values[1:])

    return hook


def _change(tensor: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """[N,C]: minus the change to first order when the channel becomes 0."""
    product = tensor.detach() * gradient
    return product.flatten(2).sum(dim=2) if product.ndim == 4 else product


TAYLOR = Importance("taylor", _score)
