"""Logits, top-1 and loss of a network on packed samples, as they will be when the file is used."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.data.augment import plain_batch
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.model.normalise import Normalisation


@dataclass(frozen=True)
class Score:
    """top1 in 0..1; loss: mean cross-entropy, nats. Better: higher top1, at a tie lower loss."""

    top1: float
    loss: float

    def beats(self, other: "Score | None") -> bool:
        return other is None or (self.top1, -self.loss) > (other.top1, -other.loss)


@torch.inference_mode()
def predict_logits(
    network: nn.Module, images: PackedArrays, normalisation: Normalisation, batch_size: int = 32
) -> torch.Tensor:
    """Float32 [N,classes] on the CPU, in the samples' order."""
    was_training = network.training
    network.eval()
    device = next(network.parameters()).device
    parts = []
    for start in range(0, len(images), batch_size):
        indices = np.arange(start, min(start + batch_size, len(images)))
        parts.append(network(normalisation(plain_batch(images, indices).to(device))).float().cpu())
    network.train(was_training)
    return torch.cat(parts)


def score_logits(logits: torch.Tensor, labels: np.ndarray) -> Score:
    """Top-1 and mean cross-entropy."""
    target = torch.from_numpy(labels)
    top1 = (logits.argmax(dim=1) == target).double().mean().item()
    return Score(top1, F.cross_entropy(logits.double(), target).item())
