"""An activation's uint8 range that learns: where to clip against how finely to round.

Gradients as in LSQ (Esser et al. 2020, arXiv:1902.08153) and, where 0 is no end of the range, LSQ+ (Bhalgat et al.
2020, arXiv:2004.09576), written for the two ends, which is what the writer takes. Ends are learned as factors in
the logarithm (Jain et al. 2020, "Trained quantization thresholds", arXiv:1903.08066): one learning rate serves all.
"""

import math
from typing import Any, cast

import torch
from torch import nn

from decant_tasks.simulated_quantization.arithmetic import UINT8_MAX, activation_affine, fake_quantize_activation

# Of a weight's learning rate: an end is one number and its steps hardly disturb, a layer's weights are thousands.
_SPEED = 30.0


class LearnedRange(nn.Module):
    """Rounds a tensor as QuantizeLinear with the range's scale and zero point does."""

    start: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("start", torch.zeros(2))
        self.factors = nn.Parameter(torch.zeros(2))

    def set_start(self, low: float, high: float) -> None:
        """Where learning begins: low <= 0 <= high. An end at 0 stays there."""
        self.start.copy_(torch.tensor([min(low, 0.0), max(high, 0.0)]))

    def ends(self) -> torch.Tensor:
        """[low, high], float32."""
        return self.start * (_SPEED * self.factors).exp()

    def affine(self) -> tuple[float, int]:
        """Scale and zero point, as the writer works them out."""
        low, high = self.ends().detach().tolist()
        return activation_affine(low, high)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return cast(torch.Tensor, _FakeQuantize.apply(values, self.ends()))


class _FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
        low, high = ends.detach().tolist()
        scale, zero_point = activation_affine(low, high)
        rounded = fake_quantize_activation(values, scale, zero_point)
        ctx.save_for_backward(values, rounded)
        # Values nearer to an end's step than half a step are inside.
        ctx.bounds = ((-zero_point - 0.5) * scale, (UINT8_MAX - zero_point + 0.5) * scale)
        return rounded

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        (gradient,) = gradients
        values, rounded = ctx.saved_tensors
        low, high = ctx.bounds
        below, above = values < low, values > high
        inside = gradient.masked_fill(below | above, 0.0)
        # d rounded / d scale = (rounded - value) / scale inside; the scale is (high - low) / 255.
        by_width = torch.sum(inside * (rounded - values)) / (high - low)
        by_low = torch.sum(gradient * below) - by_width
        by_high = torch.sum(gradient * above) + by_width
        # LSQ's gradient scale: else the ends of large tensors would use up the limit on the gradients' norm.
        share = 1 / math.sqrt(values.numel() * UINT8_MAX)
        return inside, torch.stack([by_low, by_high]) * share
