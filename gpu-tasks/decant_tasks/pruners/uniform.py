"""Keeps the same share of every group, residual streams included: a width multiplier, to compare the others with."""

from collections.abc import Sequence

from decant_tasks.compress.allocation import Limits, Plan, Scores, allocate_uniformly
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.pruners.pruner import BlockLosses, Pruner


def _plan(groups: Sequence[ChannelGroup], scores: Scores, costs: CostModel, limits: Limits, _: BlockLosses) -> Plan:
    return Plan(allocate_uniformly(groups, scores, costs, limits))


UNIFORM = Pruner("uniform", _plan)
