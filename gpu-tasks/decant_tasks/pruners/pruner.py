"""What a pruner is: it chooses among the groups and answers the channels that stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from decant_tasks.compress.allocation import Kept, Limits, Scores
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.groups import ChannelGroup


@dataclass(frozen=True)
class Pruner:
    """`plan` changes nothing; it raises CandidateRejected where the limits can't be reached."""

    name: str
    plan: Callable[[Sequence[ChannelGroup], Scores, CostModel, Limits], Kept]
