"""What layers read: means and covariances of their inputs' channels over samples and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from decant_tasks.importances.importance import Batches

# Places of an image that count, evenly spread: neighbours hardly differ.
PLACES_MAX = 32


@dataclass(frozen=True)
class InputMoments:
    """float64, on the CPU. mean: [C]; covariance: [C,C]."""

    mean: torch.Tensor
    covariance: torch.Tensor


@torch.no_grad()
def measure_input_moments(network: nn.Module, layers: Sequence[str], batches: Batches) -> dict[str, InputMoments]:
    """By layer, in evaluation; the network stays as it was."""
    sums: dict[str, tuple[int, torch.Tensor, torch.Tensor]] = {}

    def watch(name: str) -> Any:
        def hook(_: nn.Module, values: tuple[torch.Tensor, ...]) -> None:
            rows = sampled_places(values[0])
            found = len(rows), rows.sum(dim=0), rows.T @ rows
            before = sums.get(name)
            sums[name] = found if before is None else (before[0] + found[0], before[1] + found[1], before[2] + found[2])

        return hook

    was_training = network.training
    network.eval()
    hooks = [network.get_submodule(name).register_forward_pre_hook(watch(name)) for name in layers]
    try:
        for images, _ in batches():
            network(images)
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)
    return {name: _moments(*parts) for name, parts in sums.items()}


def sampled_places(tensor: torch.Tensor) -> torch.Tensor:
    """[N,C,H,W] or [N,C] -> float64 [rows,C]."""
    if tensor.ndim == 2:
        return tensor.detach().double()
    flat = tensor.detach().flatten(2)
    places = torch.linspace(0, flat.shape[2] - 1, min(flat.shape[2], PLACES_MAX)).round().long().unique()
    return flat[:, :, places.to(flat.device)].permute(0, 2, 1).reshape(-1, flat.shape[1]).double()


def _moments(count: int, total: torch.Tensor, products: torch.Tensor) -> InputMoments:
    mean = total / count
    return InputMoments(mean.cpu(), (products / count - torch.outer(mean, mean)).cpu())
