"""Cuts every group, residual streams included. Greedy by importance per cost over all groups at once."""

from collections.abc import Sequence

from decant_tasks.compress.allocation import Limits, Plan, Scores, allocate_greedily
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.pruners.pruner import BlockLosses, Pruner


def _plan(groups: Sequence[ChannelGroup], scores: Scores, costs: CostModel, limits: Limits, _: BlockLosses) -> Plan:
    return Plan(allocate_greedily(groups, scores, costs, limits))


EVERYWHERE = Pruner("everywhere", _plan)
