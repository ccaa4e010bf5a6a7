"""The least loss under all limits at once: widths of what no residual sum carries, and whole residual blocks, chosen
together as a multiple-choice knapsack. As in Shen et al. 2022, "Structural Pruning via Latency-Saliency Knapsack"."""

from collections.abc import Sequence

import numpy as np

from decant_tasks.compress.allocation import Limits, Plan, Scores, by_importance, out_of_channels
from decant_tasks.compress.cost import Cost, CostModel
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.compress.multiple_choice import Options, best_within, solve, weightings
from decant_tasks.compress.units import Option, Unit, cost_vector, find_units, options_of
from decant_tasks.pruners.pruner import BlockLosses, Pruner


def _plan(
    groups: Sequence[ChannelGroup],
    scores: Scores,
    costs: CostModel,
    limits: Limits,
    block_losses: BlockLosses,
) -> Plan:
    whole = costs.total({})
    if limits.hold_for(whole):
        return Plan({})
    free = [group for group in groups if len(group.makers) == 1]
    units = find_units(free, costs, tuple(block_losses))
    facts = scores, _as_scores(units, scores, block_losses), costs, limits
    wanted = [(limits.parameters, whole.parameters), (limits.macs, whole.macs), (limits.us, whole.us)]
    kinds = [place for place, (limit, _) in enumerate(wanted) if limit is not None]
    shares = np.array([limit / full for limit, full in wanted if limit is not None])
    # What one group alone can be doesn't depend on prices.
    alone = {unit: options_of(unit, *facts, np.zeros(3)) for unit in units if len(unit.groups) <= 1}
    best: tuple[float, list[Option]] | None = None
    least = whole
    for weights in weightings(len(kinds)):
        prices = np.zeros(len(wanted))
        prices[kinds] = weights / cost_vector(whole)[kinds]
        options = [alone.get(unit) or options_of(unit, *facts, prices) for unit in units]
        classes = [_as_shares(each, cost_vector(whole)[kinds], kinds) for each in options]
        found = best_within(solve(classes, weights), shares - (1 - sum(c.costs[0] for c in classes)))
        if found is not None and (best is None or found[0] < best[0]):
            best = found[0], [each[choice] for each, choice in zip(options, found[1], strict=True)]
        least = min(least, _least(whole, options, prices), key=lambda cost: float(cost_vector(cost) @ prices))
    if best is None:
        raise out_of_channels(least, limits)
    return _plan_of(units, best[1], scores)


def _as_scores(units: Sequence[Unit], scores: Scores, block_losses: BlockLosses) -> BlockLosses:
    """Blocks' losses in the unit of the scores: the median block loses as much as all its channels together. Without
    its widest group's channels a block adds a constant, so the two measure the same thing."""
    summed = {
        unit.block: max(float(scores[group.name].sum()) for group in unit.groups)
        for unit in units
        if unit.block is not None and unit.groups
    }
    ratios = sorted(total / block_losses[block] for block, total in summed.items() if block_losses[block] > 0)
    factor = ratios[len(ratios) // 2] if ratios else 1.0
    return {block: factor * loss for block, loss in block_losses.items()}


def _as_shares(options: Sequence[Option], whole: np.ndarray, kinds: Sequence[int]) -> Options:
    """Costs that remain, as shares of the whole network; the most that the unit can save is its own cost."""
    saved = np.stack([cost_vector(option.saved)[kinds] for option in options]) / whole
    return Options(np.array([option.loss for option in options]), saved.max(axis=0) - saved)


def _least(whole: Cost, options: Sequence[Sequence[Option]], prices: np.ndarray) -> Cost:
    for each in options:
        whole = whole - max((option.saved for option in each), key=lambda saved: float(cost_vector(saved) @ prices))
    return whole


def _plan_of(units: Sequence[Unit], chosen: Sequence[Option], scores: Scores) -> Plan:
    kept = {
        name: sorted(by_importance(scores[name])[len(scores[name]) - width :])
        for option in chosen
        for name, width in option.widths.items()
    }
    removed = tuple(u.block for u, option in zip(units, chosen, strict=True) if option.removed and u.block is not None)
    return Plan(kept, removed)


KNAPSACK = Pruner("knapsack", _plan, removes_blocks=True)
