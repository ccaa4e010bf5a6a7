"""What a pruner is: it chooses among the groups, and among whole residual blocks, what stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from decant_tasks.compress.allocation import Limits, Plan, Scores
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.groups import ChannelGroup

BlockLosses = Mapping[str, float]
"""What the answers lose without a block, by its name."""


@dataclass(frozen=True)
class Pruner:
    """`plan` changes nothing; it raises CandidateRejected where the limits can't be reached. removes_blocks: it is told
    what each block's absence loses."""

    name: str
    plan: Callable[[Sequence[ChannelGroup], Scores, CostModel, Limits, BlockLosses], Plan]
    removes_blocks: bool = False
