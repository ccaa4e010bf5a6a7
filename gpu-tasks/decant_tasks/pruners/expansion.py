"""Cuts what no residual sum carries: expansions inside blocks, the head's convolution, single outputs. The residual
stream, which everything after it reads, stays whole. Greedy by importance per cost over all these groups at once."""

from collections.abc import Sequence

from decant_tasks.compress.allocation import Limits, Plan, Scores, allocate_greedily
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.pruners.pruner import BlockLosses, Pruner


def _plan(groups: Sequence[ChannelGroup], scores: Scores, costs: CostModel, limits: Limits, _: BlockLosses) -> Plan:
    return Plan(allocate_greedily([group for group in groups if len(group.makers) == 1], scores, costs, limits))


EXPANSION = Pruner("expansion", _plan)
