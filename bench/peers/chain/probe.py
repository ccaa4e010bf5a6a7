"""A linear probe: logistic regression on the network's own features of each training picture, plain and flipped."""

import numpy as np
import torch
from decant_tasks.model.backbone import pooled_features
from fine_tune import BATCH, Normalise
from pictures import Pictures, batch_of
from torch import nn
from torch.nn import functional as F

EPOCHS = 60
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.01
LABEL_SMOOTHING = 0.1


@torch.inference_mode()
def features_of(
    network: nn.Module, pictures: Pictures, normalise: Normalise, flipped: bool
) -> torch.Tensor:
    """Float [N,features]: what the head gets, on pictures of the input size."""
    network.eval()
    rows = []
    for start in range(0, len(pictures), BATCH):
        indices = np.arange(start, min(start + BATCH, len(pictures)))
        images = normalise(batch_of(pictures, indices, None))
        images = images.flip(-1) if flipped else images
        rows.append(pooled_features(network, images))
    return torch.cat(rows)


def fit_head(
    network: nn.Module,
    head: nn.Linear,
    pictures: Pictures,
    normalise: Normalise,
    seed: int,
) -> None:
    """Fits `head` in place; nothing else of the network changes."""
    both = [
        features_of(network, pictures, normalise, flipped) for flipped in (False, True)
    ]
    features, labels = torch.cat(both).clone(), pictures.labels.repeat(2)
    optimizer = torch.optim.AdamW(
        head.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY
    )
    random = torch.Generator().manual_seed(seed)
    for _ in range(EPOCHS):
        for indices in torch.randperm(len(labels), generator=random).split(2 * BATCH):
            loss = F.cross_entropy(
                head(features[indices]),
                labels[indices],
                label_smoothing=LABEL_SMOOTHING,
            )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
