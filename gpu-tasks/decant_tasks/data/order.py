"""Which samples an epoch's batches hold: a pure function of seed and epoch."""

import numpy as np

from decant_tasks.determinism import generator_for

_ORDER = 1  # tells this stream of random numbers from augmentation's


def epoch_batches(count: int, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """Every sample once in random order. A last batch of less than half the size joins the one before, since batch
    normalisation over a few samples is noise."""
    order = generator_for(seed, epoch, _ORDER).permutation(count)
    batches = [order[start : start + batch_size] for start in range(0, count, batch_size)]
    if len(batches) > 1 and 2 * len(batches[-1]) < batch_size:
        batches[-2:] = [np.concatenate(batches[-2:])]
    return batches
