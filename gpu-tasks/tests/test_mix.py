"""Blends of views are pure functions of seed, view and sample, and the same picture at every input size."""

from pathlib import Path

import numpy as np
import torch
from conftest import CLASSES, SIZE

from decant_tasks.compress.distill import label_shares
from decant_tasks.data.augment import Augmentation, augmented_batch
from decant_tasks.data.mix import Mixes, draw_mixes, mixed_batch
from decant_tasks.data.prepared_data import open_prepared_data

EVERY = np.arange(24)


def test_about_the_wanted_share_of_samples_is_blended_mostly_with_themselves():
    mixes = draw_mixes(0.6, 4000, np.arange(4000), 1, 0)
    blended = mixes.own_shares < 1
    assert 0.57 < blended.mean() < 0.63
    assert mixes.own_shares.min() >= 0.3
    assert np.array_equal(mixes.partners[~blended], np.arange(4000)[~blended])
    assert mixes.partners.min() >= 0
    assert mixes.partners.max() < 4000


def test_a_sample_is_blended_alike_in_any_batch_and_otherwise_in_another_view():
    whole, part = draw_mixes(0.5, 24, EVERY, 3, 2), draw_mixes(0.5, 24, np.array([7, 20, 3]), 3, 2)
    assert np.array_equal(whole.own_shares[[7, 20, 3]], part.own_shares)
    assert np.array_equal(whole.partners[[7, 20, 3]], part.partners)
    assert not np.array_equal(whole.own_shares, draw_mixes(0.5, 24, EVERY, 3, 4).own_shares)


def test_without_blends_a_view_is_the_plain_augmented_one(prepared_folder: Path):
    crops = open_prepared_data(prepared_folder, CLASSES).crops()
    mixes = draw_mixes(0.0, 24, EVERY, 3, 1)
    assert np.array_equal(mixes.own_shares, np.ones(24))
    plain = augmented_batch(crops, EVERY, SIZE, 3, 1, Augmentation())
    assert torch.equal(mixed_batch(crops, EVERY, SIZE, 3, 1, Augmentation(), mixes), plain)


def test_a_blend_is_the_weighted_sum_of_both_samples_views(prepared_folder: Path):
    crops = open_prepared_data(prepared_folder, CLASSES).crops()
    plain = augmented_batch(crops, EVERY, SIZE, 3, 1, Augmentation())
    mixes = Mixes(np.array([4, 9]), np.array([1.0, 0.25], dtype=np.float32))
    blended = mixed_batch(crops, np.array([4, 6]), SIZE, 3, 1, Augmentation(), mixes)
    assert torch.equal(blended[0], plain[4])
    torch.testing.assert_close(blended[1], 0.25 * plain[6] + 0.75 * plain[9])


def test_labels_of_blends_are_shared():
    mixes = Mixes(np.array([0, 2]), np.array([1.0, 0.75], dtype=np.float32))
    shares = label_shares(np.array([2, 0, 1]), np.array([0, 1]), mixes, 3)
    assert shares.tolist() == [[0, 0, 1], [0.75, 0.25, 0]]
