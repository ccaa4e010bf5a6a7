"""The peers' training pictures: torchvision's usual augmentation over pictures that were decoded once for every side."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torchvision.transforms import v2

CROP_SCALE = (0.5, 1.0)
JITTER = 0.1


@dataclass(frozen=True)
class Pictures:
    """pixels: uint8 [N,side,side,3]; labels: int64 [N]."""

    pixels: np.ndarray
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


def open_pictures(pixels: str, labels: str) -> Pictures:
    """Pixels stay in the file."""
    return Pictures(
        np.load(Path(pixels), mmap_mode="r", allow_pickle=False),
        torch.from_numpy(np.load(Path(labels), allow_pickle=False)),
    )


def augmentation(size: int) -> v2.Transform:
    """Random resized crop, flip, mild colour jitter: as timm's fine-tuning examples, with crops for small data sets."""
    return v2.Compose(
        [
            v2.RandomResizedCrop(size, scale=CROP_SCALE, antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(JITTER, JITTER, JITTER),
        ]
    )


def picture(pictures: Pictures, index: int) -> torch.Tensor:
    """uint8 [3,side,side]."""
    return torch.from_numpy(np.array(pictures.pixels[index])).permute(2, 0, 1)


def batch_of(
    pictures: Pictures, indices: np.ndarray, transform: v2.Transform | None
) -> torch.Tensor:
    """Float [N,3,H,W] in 0..255, channels last."""
    images = [picture(pictures, int(index)) for index in indices]
    if transform is not None:
        images = [transform(image) for image in images]
    return torch.stack(images).float().contiguous(memory_format=torch.channels_last)
