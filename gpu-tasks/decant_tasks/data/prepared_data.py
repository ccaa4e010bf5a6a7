"""What PrepareData wrote, opened for training: pixels by input size, crops, labels. Never opens test samples."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from decant_tasks.data.npy import open_npy, plain_file
from decant_tasks.data.packed_arrays import PackedArrays, open_packed_arrays
from decant_tasks.errors import TaskError

Split = Literal["train", "validation"]


@dataclass(frozen=True)
class PreparedData:
    """`record` is PreparedData of core/workflow/records/prepared-data.ts."""

    folder: Path
    record: dict[str, Any]

    @property
    def classes(self) -> int:
        return len(self.record["classes"])

    def count(self, split: Split) -> int:
        return int(self.record["splits"][split]["count"])

    def labels(self, split: Split) -> np.ndarray:
        """int64 [N], each in 0..classes-1."""
        file = plain_file(self.folder, self.record["splits"][split]["labels"])
        labels = np.array(open_npy(file, "<i8", (self.count(split),)))
        if len(labels) and not (labels.min() >= 0 and labels.max() < self.classes):
            raise TaskError("InvalidData", f"Expected labels from 0 to {self.classes - 1}.", file.name)
        return labels

    def images(self, split: Split, size: int) -> PackedArrays:
        """Samples at an input size, exactly the pixels that evaluation and `predict` see."""
        arrays = self.record["splits"][split]["arrays"]
        if str(size) not in arrays:
            raise TaskError("InvalidInput", f"Expected an input size among {sorted(map(int, arrays))}, got {size}.")
        files = [plain_file(self.folder, name) for name in arrays[str(size)]]
        return open_packed_arrays(files, size, self.count(split))

    def crops(self) -> PackedArrays:
        """Training samples, larger, to cut augmented crops from."""
        files = [plain_file(self.folder, name) for name in self.record["crops"]]
        return open_packed_arrays(files, int(self.record["crop_size"]), self.count("train"))


def open_prepared_data(folder: Path, classes: list[str]) -> PreparedData:
    """Reads PrepareData's record and checks that it speaks of the same classes and holds samples to learn from."""
    path = folder / "output.json"
    try:
        record = json.loads(path.read_bytes())
        data = PreparedData(folder, record)
        counts = data.count("train"), data.count("validation")
        same_classes = record["classes"] == classes
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TaskError("InvalidData", f"Expected the record of PrepareData, got: {error!r}", path.name) from error
    if not same_classes:
        raise TaskError("InvalidInput", "Expected the same classes, in the same order, as PrepareData's.")
    if min(counts) < 1:
        raise TaskError("InvalidData", f"Expected training and validation samples, got {counts[0]} and {counts[1]}.")
    return data
