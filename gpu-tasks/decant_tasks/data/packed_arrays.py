"""Images packed into shards of uint8 [N,size,size,3], memory-mapped, in manifest order."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from decant_tasks.data.npy import open_npy
from decant_tasks.errors import TaskError


@dataclass(frozen=True)
class PackedArrays:
    """`starts[i]` is the index of shard i's first sample; `len` is the number of samples."""

    shards: tuple[np.ndarray, ...]
    starts: np.ndarray
    size: int

    def __len__(self) -> int:
        return int(self.starts[-1])

    def image(self, index: int) -> np.ndarray:
        """One sample, uint8 [size,size,3], a view into the file."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        shard = int(np.searchsorted(self.starts, index, side="right")) - 1
        return self.shards[shard][index - self.starts[shard]]

    def batch(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """Samples by index, uint8 [len(indices),size,size,3], a copy."""
        out = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        for position, index in enumerate(indices):
            out[position] = self.image(int(index))
        return out


def open_packed_arrays(files: Sequence[Path], size: int, count: int) -> PackedArrays:
    """Opens shards and checks that together they hold `count` samples of size px."""
    shards = tuple(open_npy(file, "|u1", (None, size, size, 3)) for file in files)
    starts = np.concatenate([[0], np.cumsum([len(shard) for shard in shards])]).astype(np.int64)
    if starts[-1] != count:
        where = files[0].name if files else None
        raise TaskError("InvalidData", f"Expected {count} samples of {size} px, got {starts[-1]}.", where)
    return PackedArrays(shards, starts, size)
