"""The straight-through estimator: forward another value, backward as if it were the first.

Bengio et al. 2013, "Estimating or propagating gradients through stochastic neurons", arXiv:1308.3432.
"""

from typing import Any, cast

import torch


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: torch.Tensor, replacement: torch.Tensor) -> torch.Tensor:
        return replacement.view_as(replacement)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradients[0], None


def straight_through(value: torch.Tensor, replacement: torch.Tensor) -> torch.Tensor:
    """`replacement`, bit for bit; gradients go to `value`."""
    return cast(torch.Tensor, _StraightThrough.apply(value, replacement))
