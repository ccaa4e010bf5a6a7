"""Blends of two samples' views: pictures between those that there are, for which the teacher alone knows the answer.

Zhang et al. 2017, "mixup: Beyond Empirical Risk Minimization"; Beyer et al. 2022, "Knowledge distillation: A good
teacher is patient and consistent", blend aggressively, so that a student matches the function and not the samples.
"""

from dataclasses import dataclass

import numpy as np
import torch

from decant_tasks.data.augment import Augmentation, augmented_batch
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.determinism import generator_for

_MIX = 3  # tells this stream of random numbers from the order's and augmentation's
_OWN_SHARE_MIN = 0.3


@dataclass(frozen=True)
class Mixes:
    """partners: int64 [N], sample blended into each one; own_shares: float32 [N] in 0..1, exactly 1 where it is left
    alone."""

    partners: np.ndarray
    own_shares: np.ndarray


def draw_mixes(mixed_share: float, count: int, indices: np.ndarray, seed: int, view: int) -> Mixes:
    """Pure function of (seed, view, sample); `mixed_share` of the samples get a partner among all `count`."""
    partners = np.array(indices, dtype=np.int64)
    own_shares = np.ones(len(indices), dtype=np.float32)
    for position, sample in enumerate(indices if mixed_share > 0 else ()):
        mixed, partner, share = generator_for(seed, view, int(sample), _MIX).random(3)
        if mixed < mixed_share:
            partners[position] = int(partner * count)
            own_shares[position] = _OWN_SHARE_MIN + share * (1 - _OWN_SHARE_MIN)
    return Mixes(partners, own_shares)


def mixed_batch(
    crops: PackedArrays, indices: np.ndarray, size: int, seed: int, view: int, augmentation: Augmentation, mixes: Mixes
) -> torch.Tensor:
    """Float [N,3,size,size] in 0..255, channels last; a partner is seen as its own view shows it."""
    images = augmented_batch(crops, indices, size, seed, view, augmentation)
    mixed = np.flatnonzero(mixes.own_shares < 1)
    if len(mixed) > 0:
        others = augmented_batch(crops, mixes.partners[mixed], size, seed, view, augmentation)
        places, shares = torch.from_numpy(mixed), torch.from_numpy(mixes.own_shares[mixed]).view(-1, 1, 1, 1)
        images[places] = images[places] * shares + others * (1 - shares)
    return images
