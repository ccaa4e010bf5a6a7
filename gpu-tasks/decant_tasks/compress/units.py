"""What can be chosen apart: a group, groups whose layers meet, or a residual block with all its groups; and the options
of each, from whole to least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from decant_tasks.compress.allocation import Limits, Scores, by_importance, next_unit
from decant_tasks.compress.cost import Cost, CostModel
from decant_tasks.compress.groups import ChannelGroup


@dataclass(frozen=True)
class Unit:
    """block: what may go as a whole together with all `groups`; it may hold none."""

    groups: tuple[ChannelGroup, ...]
    block: str | None


@dataclass(frozen=True)
class Option:
    """loss: importance that is lost; saved: beside the whole network. removed: the unit's block goes."""

    widths: Mapping[str, int]
    removed: bool
    loss: float
    saved: Cost


def find_units(groups: Sequence[ChannelGroup], costs: CostModel, blocks: Sequence[str]) -> tuple[Unit, ...]:
    """Every group in one unit, every block in one. A block whose groups meet others outside stays."""
    pools: list[list[ChannelGroup]] = []
    for group in groups:
        near = [pool for pool in pools if any(_meet(group, other, costs, blocks) for other in pool)]
        pools = [pool for pool in pools if pool not in near]
        pools.append([*(member for pool in near for member in pool), group])
    units = [_unit(pool, blocks) for pool in pools]
    held = {block for group in groups for block in blocks if _inside(group, block)}
    return (*units, *(Unit((), block) for block in blocks if block not in held))


def _meet(one: ChannelGroup, other: ChannelGroup, costs: CostModel, blocks: Sequence[str]) -> bool:
    same_block = any(_inside(one, block) and _inside(other, block) for block in blocks)
    return same_block or bool(costs.touched_by(one.name) & costs.touched_by(other.name))


def _inside(group: ChannelGroup, block: str) -> bool:
    return all(part.layer.startswith(f"{block}.") for part in group.parts)


def _unit(groups: Sequence[ChannelGroup], blocks: Sequence[str]) -> Unit:
    block = next((block for block in blocks if all(_inside(group, block) for group in groups)), None)
    return Unit(tuple(groups), block)


def options_of(
    unit: Unit, scores: Scores, block_losses: Mapping[str, float], costs: CostModel, limits: Limits, prices: np.ndarray
) -> list[Option]:
    """Whole first, then one cut at a time, the least importance per price first, at last without the block. prices:
    float64 [kinds], of one of each kind of cost."""
    ascending = {group.name: by_importance(scores[group.name]) for group in unit.groups}
    widths = {group.name: group.channels for group in unit.groups}
    loss, options = 0.0, [Option(dict(widths), False, 0.0, Cost(0, 0))]
    while True:
        best: tuple[float, float, ChannelGroup, int] | None = None
        for group in unit.groups:
            width = widths[group.name]
            cut = next_unit(width, limits.channel_multiple)
            if width - cut < limits.floor_of(group):
                continue
            gone = ascending[group.name][group.channels - width : group.channels - width + cut]
            lost = float(scores[group.name][gone].sum())
            gain = float(cost_vector(costs.saved(group.name, cut, widths)) @ prices) if len(unit.groups) > 1 else 1.0
            ratio = lost / gain if gain > 0 else np.inf
            if best is None or ratio < best[0]:
                best = (ratio, lost, group, cut)
        if best is None:
            break
        loss += best[1]
        widths[best[2].name] -= best[3]
        options.append(Option(dict(widths), False, loss, costs.saved_together(widths)))
    if unit.block is not None:
        without = costs.saved_together({}, [unit.block])
        options.append(Option({}, True, block_losses[unit.block], without))
    return options


def cost_vector(cost: Cost) -> np.ndarray:
    """float64 [kinds]."""
    return np.array([cost.parameters, cost.macs, cost.us], np.float64)
