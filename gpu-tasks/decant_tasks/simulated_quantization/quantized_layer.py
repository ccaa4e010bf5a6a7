"""A convolution or linear layer whose weight and bias are rounded as core/quantization/weights.ts rounds them."""

from dataclasses import dataclass

import torch
from torch import nn

from decant_tasks.simulated_quantization.arithmetic import bias_scales, fake_quantize_bias, weight_scales
from decant_tasks.simulated_quantization.pair_limit import best_growth, round_channels
from decant_tasks.simulated_quantization.straight_through import straight_through

# The growth of scales under the pair limit follows the weights slowly and costs more than a step's rounding.
_STEPS_BETWEEN_GROWTHS = 32
# Biases stay below this many steps: BIAS_STEPS_MAX of weights.ts.
_BIAS_STEPS_MAX = 2.0**30


@dataclass(frozen=True)
class LayerForm:
    """operator: Conv, Gemm or MatMul; channel_axis counts output channels; paired: see reduction-order.ts."""

    operator: str
    channel_axis: int
    paired: bool


def to_reduction(weight: torch.Tensor, form: LayerForm) -> torch.Tensor:
    """[channels,length] in the order in which kernels add up: taps outside, input channels inside."""
    if form.operator == "Conv":
        return weight.flatten(2).transpose(1, 2).reshape(len(weight), -1)
    return weight if form.channel_axis == 0 else weight.t()


def from_reduction(rows: torch.Tensor, shape: torch.Size, form: LayerForm) -> torch.Tensor:
    """Back from to_reduction's order."""
    if form.operator == "Conv":
        channels, inputs = shape[0], shape[1]
        return rows.reshape(channels, -1, inputs).transpose(1, 2).reshape(shape)
    return rows if form.channel_axis == 0 else rows.t()


class QuantizedLayer(nn.Module):
    """Holds weight and bias; answers their rounded values for an input's scale."""

    growth: torch.Tensor
    steps_taken: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, form: LayerForm, limited: bool) -> None:
        super().__init__()
        self.form, self.limited = form, limited and form.paired
        self.weight = nn.Parameter(weight)
        self.bias = None if bias is None else nn.Parameter(bias)
        self.register_buffer("growth", torch.ones(weight.shape[form.channel_axis]))
        self.register_buffer("steps_taken", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def refresh_growth(self, input_scale: float) -> None:
        """Chooses anew by how much each channel's scale grows under the pair limit."""
        if self.limited:
            rows = to_reduction(self.weight, self.form)
            self.growth.copy_(best_growth(rows, self._smallest_scales(rows, input_scale)))

    @torch.no_grad()
    def steps_and_scales(self, input_scale: float) -> tuple[torch.Tensor, torch.Tensor]:
        """int8 steps as float32 in the weight's own shape, and float32 scales [channels]."""
        rows = to_reduction(self.weight, self.form)
        scales = self._smallest_scales(rows, input_scale) * self.growth
        steps, _ = round_channels(rows, scales, self.limited)
        return from_reduction(steps, self.weight.shape, self.form), scales

    def forward(self, input_scale: float) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Weight and bias as the int8 file has them."""
        if self.training:
            if int(self.steps_taken) % _STEPS_BETWEEN_GROWTHS == 0:
                self.refresh_growth(input_scale)
            self.steps_taken += 1
        steps, scales = self.steps_and_scales(input_scale)
        by_channel = [-1 if axis == self.form.channel_axis else 1 for axis in range(steps.ndim)]
        weight = straight_through(self.weight, steps * scales.view(by_channel))
        if self.bias is None or self.form.operator == "MatMul":
            return weight, self.bias
        rounded = fake_quantize_bias(self.bias.detach(), bias_scales(input_scale, scales))
        return weight, straight_through(self.bias, rounded)

    def _smallest_scales(self, rows: torch.Tensor, input_scale: float) -> torch.Tensor:
        """Scales at which the largest weight is 127 and the bias fits."""
        scales = weight_scales(rows.abs().amax(dim=1))
        if self.bias is None:
            return scales
        for_bias = self.bias.detach().double().abs() / (input_scale * _BIAS_STEPS_MAX)
        return torch.maximum(scales.double(), for_bias).float()
