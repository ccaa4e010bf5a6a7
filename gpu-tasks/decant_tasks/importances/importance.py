"""What an importance is: a number for each channel of each group; what has the least is cut first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from decant_tasks.compress.allocation import Scores
from decant_tasks.compress.groups import ChannelGroup

Batches = Callable[[], Iterable[tuple[torch.Tensor, torch.Tensor]]]
"""Normalised images [N,3,H,W] and labels [N], as often as asked for."""


@dataclass(frozen=True)
class Importance:
    """`score` leaves the network as it was."""

    name: str
    score: Callable[[nn.Module, Sequence[ChannelGroup], Batches], Scores]
