"""How much: channels leave in units of a multiple, the least importance per cost first, until limits hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from decant_tasks.compress.cost import Cost, CostModel
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.errors import TaskError

Scores = Mapping[str, torch.Tensor]
"""Importance of each channel by group name, float64 [channels], not negative."""
Kept = dict[str, list[int]]
"""Channels that stay, ascending, by group name."""


@dataclass(frozen=True)
class Plan:
    """What stays of each group, and the blocks that the network does without."""

    kept: Kept
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """How large the student may be, what its widths are multiples of, and the share of each group that always stays.
    us: predicted microseconds of the int8 file on the target."""

    parameters: int | None
    macs: int | None
    channel_multiple: int
    floor_share: float = 0.1
    us: float | None = None

    def floor_of(self, group: ChannelGroup) -> int:
        """Channels of a group that are never cut."""
        share = -(-int(group.channels * self.floor_share) // self.channel_multiple) * self.channel_multiple
        return min(group.channels, max(self.channel_multiple, share))

    def hold_for(self, cost: Cost) -> bool:
        """Whether a network of that cost is small enough."""
        pairs = ((cost.parameters, self.parameters), (cost.macs, self.macs), (cost.us, self.us))
        return all(limit is None or found <= limit for found, limit in pairs)


def next_unit(width: int, multiple: int) -> int:
    """Channels of the next cut: what makes the width a multiple, then one multiple at a time."""
    return width % multiple or multiple


def allocate_greedily(groups: Sequence[ChannelGroup], scores: Scores, costs: CostModel, limits: Limits) -> Kept:
    """Channels that stay in each of `groups`."""
    widths = {group.name: group.channels for group in groups}
    ascending = {group.name: by_importance(scores[group.name]) for group in groups}
    while not limits.hold_for(costs.total(widths)):
        best: tuple[float, str, int] | None = None
        for group in groups:
            unit = next_unit(widths[group.name], limits.channel_multiple)
            if widths[group.name] - unit < limits.floor_of(group):
                continue
            cut = group.channels - widths[group.name]
            loss = float(scores[group.name][ascending[group.name][cut : cut + unit]].sum())
            gain = _gain(costs.saved(group.name, unit, widths), costs.total(widths), limits)
            if gain > 0 and (best is None or loss / gain < best[0]):
                best = (loss / gain, group.name, unit)
        if best is None:
            raise out_of_channels(costs.total(widths), limits)
        widths[best[1]] -= best[2]
    return {name: sorted(ascending[name][len(ascending[name]) - width :]) for name, width in widths.items()}


def allocate_uniformly(groups: Sequence[ChannelGroup], scores: Scores, costs: CostModel, limits: Limits) -> Kept:
    """The same share of every group, as large as the limits allow."""
    for share in range(1000, 0, -1):
        widths = {group.name: _share_of(group, share / 1000, limits) for group in groups}
        if limits.hold_for(costs.total(widths)):
            ascending = {group.name: by_importance(scores[group.name]) for group in groups}
            return {name: sorted(ascending[name][len(ascending[name]) - width :]) for name, width in widths.items()}
    raise out_of_channels(costs.total({group.name: limits.floor_of(group) for group in groups}), limits)


def _share_of(group: ChannelGroup, share: float, limits: Limits) -> int:
    if share == 1:
        return group.channels
    multiple = limits.channel_multiple
    return max(limits.floor_of(group), int(group.channels * share) // multiple * multiple)


def by_importance(scores: torch.Tensor) -> list[int]:
    """Channels, the least important first."""
    return torch.sort(scores, stable=True).indices.tolist()


def _gain(saved: Cost, now: Cost, limits: Limits) -> float:
    """Share of what is still too much that a cut takes away, summed over the limits that don't hold yet."""
    gain = 0.0
    if limits.parameters is not None and now.parameters > limits.parameters:
        gain += saved.parameters / (now.parameters - limits.parameters)
    if limits.macs is not None and now.macs > limits.macs:
        gain += saved.macs / (now.macs - limits.macs)
    if limits.us is not None and now.us > limits.us:
        gain += saved.us / (now.us - limits.us)
    return gain


def out_of_channels(reached: Cost, limits: Limits) -> TaskError:
    """The refusal of limits that the smallest network, of cost `reached`, still breaks."""
    kinds = [
        ("parameters", limits.parameters, reached.parameters),
        ("MACs", limits.macs, reached.macs),
        ("microseconds", None if limits.us is None else round(limits.us), round(reached.us)),
    ]
    wanted = " and ".join(f"{limit} {kind}" for kind, limit, _ in kinds if limit is not None)
    least = " and ".join(f"{found} {kind}" for kind, limit, found in kinds if limit is not None)
    return TaskError(
        "CandidateRejected",
        f"Expected at most {wanted}, but with the least that may be kept of everything {least} remain: prune less, or "
        "take a smaller input.",
    )
