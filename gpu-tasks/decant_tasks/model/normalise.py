"""Pixels to what a backbone was pretrained on: (x / 255 - mean) / std as one multiplication and one addition."""

from dataclasses import dataclass

import torch

from decant_tasks.model.backbone import Backbone


@dataclass(frozen=True)
class Normalisation:
    """scale and shift: float32 [1,3,1,1]. The same two constants train the network and stand in the exported file."""

    scale: torch.Tensor
    shift: torch.Tensor

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Float or uint8 [N,3,H,W] in 0..255 to normalised float32."""
        return pixels.float() * self.scale + self.shift


def normalisation_of(backbone: Backbone, device: torch.device | str = "cpu") -> Normalisation:
    """Works out scale and shift in float64, then rounds once."""
    mean = torch.tensor(backbone.mean, dtype=torch.float64)
    std = torch.tensor(backbone.std, dtype=torch.float64)
    scale, shift = 1 / (255 * std), -mean / std
    return Normalisation(scale.float().view(1, 3, 1, 1).to(device), shift.float().view(1, 3, 1, 1).to(device))
