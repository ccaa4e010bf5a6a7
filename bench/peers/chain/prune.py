"""torch-pruning as its README shows it: group importance by Taylor expansion, global, iterative, the classifier kept.

https://github.com/VainF/Torch-Pruning
"""

import numpy as np
import torch
import torch_pruning as tp
from fine_tune import BATCH, Normalise
from pictures import Pictures, batch_of
from torch import nn
from torch.nn import functional as F

ITERATIVE_STEPS = 5
GRADIENT_BATCHES = 8
ROUND_TO = 16
"""In steps of 8 the int8 files of lightly pruned networks were slower than the unpruned one, with AVX-512."""
PER_LAYER_LIMIT = 0.8
"""Global ranking must not close a layer."""


def accumulate_gradients(
    network: nn.Module, pictures: Pictures, normalise: Normalise, seed: int
) -> None:
    """Gradients of the loss over a few batches of training pictures at the input size."""
    network.zero_grad()
    order = np.random.default_rng(seed).permutation(len(pictures))
    for start in range(0, min(len(order), GRADIENT_BATCHES * BATCH), BATCH):
        indices = order[start : start + BATCH]
        images = normalise(batch_of(pictures, indices, None))
        F.cross_entropy(network(images), pictures.labels[indices]).backward()


def prune(
    network: nn.Module,
    classifier: nn.Module,
    ratio: float,
    size: int,
    pictures: Pictures,
    normalise: Normalise,
    seed: int,
) -> nn.Module:
    """Removes `ratio` of all channels, in place, in steps between which the gradients are taken anew."""
    network.eval()
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    pruner = tp.pruner.BasePruner(
        network,
        torch.zeros(1, 3, size, size),
        importance=tp.importance.GroupTaylorImportance(),
        global_pruning=True,
        pruning_ratio=ratio,
        max_pruning_ratio=PER_LAYER_LIMIT,
        iterative_steps=ITERATIVE_STEPS,
        ignored_layers=[classifier],
        round_to=ROUND_TO,
    )
    for _ in range(ITERATIVE_STEPS):
        accumulate_gradients(network, pictures, normalise, seed)
        pruner.step()
    network.zero_grad(set_to_none=True)
    return network
