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
    """Holds weight and bias; answers their rounded values for an input's scale.

    With batch norms folded, channels differ by orders of magnitude, which one learning rate would tear apart: what is
    trained is each channel in units of a power of two near its largest weight, so that nothing is rounded twice.
    """

    units: torch.Tensor
    bias_units: torch.Tensor
    growth: torch.Tensor
    steps_taken: torch.Tensor

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, form: LayerForm, limited: bool) -> None:
        super().__init__()
        self.form, self.limited = form, limited and form.paired
        rows = to_reduction(weight, form)
        by_channel = [-1 if axis == form.channel_axis else 1 for axis in range(weight.ndim)]
        self.register_buffer("units", _power_of_two(rows.abs().amax(dim=1)).view(by_channel))
        self.register_buffer("bias_units", _power_of_two(rows.norm(dim=1)))
        self.weight_in_units = nn.Parameter(weight / self.units)
        self.bias_in_units = None if bias is None else nn.Parameter(bias / self.bias_units)
        self.register_buffer("growth", torch.ones(weight.shape[form.channel_axis]))
        self.register_buffer("steps_taken", torch.zeros((), dtype=torch.int64))

    @property
    def weight(self) -> torch.Tensor:
        """As the file holds it."""
        return self.weight_in_units * self.units

    @property
    def bias(self) -> torch.Tensor | None:
        """As the file holds it."""
        return None if self.bias_in_units is None else self.bias_in_units * self.bias_units

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
        weight, bias = straight_through(self.weight, steps * scales.view(by_channel)), self.bias
        if bias is None or self.form.operator == "MatMul":
            return weight, bias
        rounded = fake_quantize_bias(bias.detach(), bias_scales(input_scale, scales))
        return weight, straight_through(bias, rounded)

    def _smallest_scales(self, rows: torch.Tensor, input_scale: float) -> torch.Tensor:
        """Scales at which the largest weight is 127 and the bias fits."""
        scales = weight_scales(rows.abs().amax(dim=1))
        bias = self.bias
        if bias is None:
            return scales
        for_bias = bias.detach().double().abs() / (input_scale * _BIAS_STEPS_MAX)
        return torch.maximum(scales.double(), for_bias).float()


def _power_of_two(values: torch.Tensor) -> torch.Tensor:
    """The next one above each value; 1 for 0."""
    return torch.where(values > 0, torch.exp2(values.clamp_min(2.0**-100).log2().ceil()), torch.ones_like(values))
