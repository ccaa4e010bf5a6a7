"""Packed arrays are checked before they are mapped; views and orders are pure functions of seed, epoch and sample."""

import contextlib
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import CLASSES, SIZE
from hypothesis import given
from hypothesis import strategies as st

from decant_tasks.data.augment import Augmentation, augmented_batch, cut_view, draw_view, plain_batch
from decant_tasks.data.npy import open_npy, plain_file
from decant_tasks.data.order import epoch_batches, in_batches
from decant_tasks.data.packed_arrays import open_packed_arrays
from decant_tasks.data.prepared_data import open_prepared_data
from decant_tasks.errors import TaskError


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def _header(text: str, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + data


HOSTILE = {
    "empty": b"",
    "not npy": b"PK\x03\x04" * 10,
    "pickle": pickle.dumps({"a": 1}),
    "object array": _npy(np.array([{"a": 1}], dtype=object)),
    "float": _npy(np.zeros((2, 4, 4, 3), np.float32)),
    "fortran order": _npy(np.asfortranarray(np.zeros((2, 4, 4, 3), np.uint8))),
    "wrong size": _npy(np.zeros((2, 5, 4, 3), np.uint8)),
    "three dimensions": _npy(np.zeros((4, 4, 3), np.uint8)),
    "truncated": _npy(np.zeros((2, 4, 4, 3), np.uint8))[:-1],
    "too long": _npy(np.zeros((2, 4, 4, 3), np.uint8)) + b"x",
    "huge": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (1099511627775, 4, 4, 3)}"),
    "negative": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 4, 4, 3)}"),
    "boolean": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (True, 4, 4, 3)}", bytes(48)),
    "code": _header("__import__('os').mkdir('x')"),
    "deep": _header("(" * 2000),
    "other keys": _header("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4, 4, 3), 'x': 1}", bytes(48)),
    "long header": b"\x93NUMPY\x02\x00" + (2**31).to_bytes(4, "little"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_arrays_are_refused(tmp_path: Path, name: str):
    path = tmp_path / "x.npy"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(TaskError) as caught:
        open_npy(path, "|u1", (None, 4, 4, 3))
    assert caught.value.code == "InvalidData"


@given(st.data())
def test_mutated_arrays_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    content = bytearray(_npy(np.zeros((1, 4, 4, 3), np.uint8)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 127))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("mutated") / "x.npy"
    path.write_bytes(content)
    with contextlib.suppress(TaskError):
        assert open_npy(path, "|u1", (None, 4, 4, 3)).shape == (1, 4, 4, 3)


@pytest.mark.parametrize("name", ["../x.npy", "a/b", "", "/etc/passwd", ".hidden", 3, None, "a\n"])
def test_only_plain_file_names_are_followed(tmp_path: Path, name: object):
    with pytest.raises(TaskError):
        plain_file(tmp_path, name)


def test_shards_read_as_one_array(tmp_path: Path):
    images = np.random.default_rng(0).integers(0, 256, (7, 4, 4, 3)).astype(np.uint8)
    files = [tmp_path / "a.npy", tmp_path / "b.npy", tmp_path / "c.npy"]
    for file, part in zip(files, (images[:3], images[3:3], images[3:]), strict=True):
        np.save(file, part)
    arrays = open_packed_arrays(files, 4, 7)
    assert np.array_equal(arrays.batch([6, 0, 3, 2]), images[[6, 0, 3, 2]])
    for wrong in (-1, 7):
        with pytest.raises(IndexError):
            arrays.image(wrong)
    with pytest.raises(TaskError, match=r"Expected 8 samples"):
        open_packed_arrays(files, 4, 8)


@pytest.mark.parametrize("damage", ["{", "[]", '{"classes": 3}', "null", '{"splits": {"train": 1}}'])
def test_a_broken_record_of_prepare_data_is_invalid_data(tmp_path: Path, damage: str):
    (tmp_path / "output.json").write_text(damage)
    with pytest.raises(TaskError) as caught:
        open_prepared_data(tmp_path, CLASSES)
    assert caught.value.code == "InvalidData"


def test_labels_and_classes_are_checked(tmp_path: Path, prepared_folder: Path):
    data = open_prepared_data(prepared_folder, CLASSES)
    assert data.labels("train").tolist() == [0, 1, 2] * 8
    with pytest.raises(TaskError, match=r"same classes"):
        open_prepared_data(prepared_folder, CLASSES[::-1])
    with pytest.raises(TaskError, match=r"input size among \[32\]"):
        data.images("train", 33)
    record = json.loads((prepared_folder / "output.json").read_text())
    (tmp_path / "output.json").write_text(json.dumps(record))
    np.save(tmp_path / "train-labels.npy", np.full(24, 3))
    with pytest.raises(TaskError, match=r"labels from 0 to 2"):
        open_prepared_data(tmp_path, CLASSES).labels("train")


@given(st.integers(1, 600), st.integers(0, 2**53), st.integers(0, 500), st.integers(0, 10**6))
def test_views_stay_inside_and_are_pure(side: int, seed: int, epoch: int, sample: int):
    view = draw_view(Augmentation(), side, seed, epoch, sample)
    assert 0 <= view.top <= view.top + view.height <= side
    assert 0 <= view.left <= view.left + view.width <= side
    assert min(view.height, view.width) >= 1
    assert view == draw_view(Augmentation(), side, seed, epoch, sample)
    assert view != draw_view(Augmentation(), side, seed, epoch + 1, sample)


def test_a_samples_pixels_do_not_depend_on_its_batch(prepared_folder: Path):
    crops = open_prepared_data(prepared_folder, CLASSES).crops()
    whole = augmented_batch(crops, np.array([5, 9, 20]), SIZE, 1, 4, Augmentation())
    alone = augmented_batch(crops, np.array([9]), SIZE, 1, 4, Augmentation())
    assert torch.equal(whole[1:2], alone)
    assert whole.shape == (3, 3, SIZE, SIZE)
    assert whole.is_contiguous(memory_format=torch.channels_last)
    assert whole.min() >= 0
    assert whole.max() <= 255


def test_a_whole_view_without_jitter_is_the_plain_pixels(prepared_folder: Path):
    data = open_prepared_data(prepared_folder, CLASSES)
    images = data.images("train", SIZE)
    still = Augmentation(scale=(1, 1), aspect=(1, 1), flip=0, brightness=0, contrast=0, saturation=0)
    indices = np.array([3, 4])
    plain = plain_batch(images, indices)
    torch.testing.assert_close(augmented_batch(images, indices, SIZE, 0, 0, still), plain, rtol=0, atol=1e-3)


def test_a_flip_mirrors_the_crop():
    image = torch.arange(3 * 8 * 8, dtype=torch.uint8).view(3, 8, 8)
    still = {"scale": (1, 1), "aspect": (1, 1), "brightness": 0, "contrast": 0, "saturation": 0}
    plain = cut_view(image, draw_view(Augmentation(flip=0, **still), 8, 0, 0, 0), 8)
    flipped = cut_view(image, draw_view(Augmentation(flip=1, **still), 8, 0, 0, 0), 8)
    assert torch.equal(plain.flip(-1), flipped)


@given(st.integers(1, 200), st.integers(1, 40))
def test_batches_keep_their_order_and_none_but_the_only_one_is_small(count: int, batch_size: int):
    batches = in_batches(np.arange(count), batch_size)
    assert np.array_equal(np.concatenate(batches), np.arange(count))
    assert len(batches) == 1 or min(map(len, batches)) * 2 >= batch_size


@given(st.integers(1, 200), st.integers(1, 40), st.integers(0, 2**53), st.integers(0, 50))
def test_an_epoch_holds_every_sample_once(count: int, batch_size: int, seed: int, epoch: int):
    batches = epoch_batches(count, batch_size, seed, epoch)
    assert sorted(np.concatenate(batches).tolist()) == list(range(count))
    assert len(batches) == 1 or min(map(len, batches)) * 2 >= batch_size
    again = epoch_batches(count, batch_size, seed, epoch)
    assert all(np.array_equal(a, b) for a, b in zip(batches, again, strict=True))
