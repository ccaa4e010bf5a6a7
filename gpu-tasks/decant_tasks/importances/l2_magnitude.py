"""Sum of squares of the weights that compute a channel. Li et al. 2017, "Pruning Filters for Efficient ConvNets"."""

from collections.abc import Sequence

import torch
from torch import nn

from decant_tasks.compress.allocation import Scores
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.importances.importance import Batches, Importance


@torch.no_grad()
def _score(network: nn.Module, groups: Sequence[ChannelGroup], batches: Batches) -> Scores:
    def squares(layer: str) -> torch.Tensor:
        weight = network.get_submodule(layer).weight
        assert isinstance(weight, torch.Tensor)
        return weight.double().flatten(1).square().sum(dim=1).cpu()

    return {group.name: torch.stack([squares(maker) for maker in group.makers]).sum(dim=0) for group in groups}


L2_MAGNITUDE = Importance("l2-magnitude", _score)
