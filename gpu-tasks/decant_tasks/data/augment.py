"""Training pixels: random resized crop, flip and mild colour jitter, each a pure function of (seed, epoch, sample).

Random resized crop: Szegedy et al. 2015, "Going deeper with convolutions"; here with a mild scale, for small data sets.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.determinism import generator_for

_AUGMENT = 2  # tells this stream of random numbers from the order's
_LUMINANCE = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Augmentation:
    """Area scale and aspect ratio of crops; probability of a flip; half-widths of the jitter factors around 1."""

    scale: tuple[float, float] = (0.5, 1.0)
    aspect: tuple[float, float] = (3 / 4, 4 / 3)
    flip: float = 0.5
    brightness: float = 0.2
    contrast: float = 0.2
    saturation: float = 0.2


@dataclass(frozen=True)
class View:
    """One sample's draw: crop box in px, flip, jitter factors."""

    top: int
    left: int
    height: int
    width: int
    flip: bool
    brightness: float
    contrast: float
    saturation: float


def draw_view(augmentation: Augmentation, side: int, seed: int, epoch: int, sample: int) -> View:
    """Draws a sample's view of this epoch from a square of `side` px."""
    random = generator_for(seed, epoch, sample, _AUGMENT)
    area, aspect, x, y, flip, *jitter = random.random(8)
    area = side * side * (augmentation.scale[0] + area * (augmentation.scale[1] - augmentation.scale[0]))
    low, high = map(math.log, augmentation.aspect)
    ratio = math.exp(low + aspect * (high - low))
    width = min(side, max(1, round(math.sqrt(area * ratio))))
    height = min(side, max(1, round(math.sqrt(area / ratio))))
    top, left = int(y * (side - height + 1)), int(x * (side - width + 1))
    spreads = (augmentation.brightness, augmentation.contrast, augmentation.saturation)
    factors = [1 + spread * (2 * value - 1) for spread, value in zip(spreads, jitter, strict=True)]
    return View(top, left, height, width, bool(flip < augmentation.flip), *factors)


def cut_view(image: torch.Tensor, view: View, size: int) -> torch.Tensor:
    """Crop, antialiased bilinear resize and flip of uint8 [3,H,W] to uint8 [3,size,size]."""
    crop = image[None, :, view.top : view.top + view.height, view.left : view.left + view.width]
    if crop.shape[-2:] != (size, size):
        crop = F.interpolate(crop, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
    return crop[0].flip(-1) if view.flip else crop[0]


def jitter_colour(images: torch.Tensor, views: Sequence[View]) -> torch.Tensor:
    """Brightness, contrast and saturation of float [N,3,H,W] in 0..255, in place."""

    def column(values: list[float]) -> torch.Tensor:
        return torch.tensor(values, dtype=images.dtype).view(-1, 1, 1, 1)

    images *= column([view.brightness for view in views])
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images.sub_(mean).mul_(column([view.contrast for view in views])).add_(mean)
    weights = torch.tensor(_LUMINANCE, dtype=images.dtype).view(1, 3, 1, 1)
    grey = (images * weights).sum(dim=1, keepdim=True)
    images.sub_(grey).mul_(column([view.saturation for view in views])).add_(grey)
    return images.clamp_(0, 255)


def augmented_batch(
    crops: PackedArrays, indices: np.ndarray, size: int, seed: int, epoch: int, augmentation: Augmentation
) -> torch.Tensor:
    """Float [N,3,size,size] in 0..255, channels last, of the samples' views of this epoch."""
    views = [draw_view(augmentation, crops.size, seed, epoch, int(index)) for index in indices]
    batch = torch.empty((len(indices), 3, size, size), dtype=torch.uint8, memory_format=torch.channels_last)
    for position, (index, view) in enumerate(zip(indices, views, strict=True)):
        image = torch.from_numpy(np.array(crops.image(int(index)))).permute(2, 0, 1)
        batch[position] = cut_view(image, view, size)
    return jitter_colour(batch.float(), views)


def plain_batch(images: PackedArrays, indices: Sequence[int] | np.ndarray) -> torch.Tensor:
    """Float [N,3,size,size] in 0..255, channels last, as they were packed."""
    return torch.from_numpy(images.batch(indices)).permute(0, 3, 1, 2).float()
