"""Which samples an epoch's batches hold: a pure function of seed and epoch."""

import numpy as np

from decant_tasks.determinism import generator_for

_ORDER = 1  # tells this stream of random numbers from augmentation's


def epoch_batches(count: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Every sample once in random order."""
    return in_batches(generator_for(seed, epoch, _ORDER).permutation(count), batch_size)


def in_batches(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """In the given order. A last batch of less than half the size joins the one before, since batch normalisation over
    a few samples is noise, and over a single one none at all."""
    batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    if len(batches) > 1 and 2 * len(batches[-1]) < batch_size:
        batches[-2:] = [np.concatenate(batches[-2:])]
    return batches
