"""What a network's answers lose when a residual block is skipped: mean divergence from the whole network's, in nats."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.importances.importance import Batches


@torch.no_grad()
def measure_block_losses(network: nn.Module, blocks: Sequence[str], batches: Batches) -> dict[str, float]:
    """By block; the network stays as it was."""
    was_training = network.training
    network.eval()
    totals, samples = dict.fromkeys(blocks, 0.0), 0
    for images, _ in batches():
        wanted = F.log_softmax(network(images).double(), dim=1)
        samples += len(images)
        for name in blocks:
            hook = network.get_submodule(name).register_forward_hook(_skip)
            try:
                found = F.log_softmax(network(images).double(), dim=1)
            finally:
                hook.remove()
            totals[name] += float(F.kl_div(found, wanted, reduction="sum", log_target=True))
    network.train(was_training)
    return {name: total / max(1, samples) for name, total in totals.items()}


def _skip(_: nn.Module, inputs: tuple[torch.Tensor, ...], __: Any) -> torch.Tensor:
    return inputs[0]
