"""The arithmetic of core/quantization/arithmetic.ts: float32, half to even, saturation; schemas/vectors holds both."""

import numpy as np
import torch

UINT8_MAX = 255
INT8_MAX = 127
_SCALE_MIN = 2.0**-60


def activation_affine(low: float, high: float) -> tuple[float, int]:
    """Scale (a float32) and zero point of uint8 over the range, widened to hold 0."""
    start, end = min(0.0, float(np.float32(low))), max(0.0, float(np.float32(high)))
    scale = max(float(np.float32((end - start) / UINT8_MAX)), _SCALE_MIN)
    return scale, int(np.clip(np.rint(np.float32(-start / scale)), 0, UINT8_MAX))


def weight_scales(absolute_max: torch.Tensor) -> torch.Tensor:
    """Scales of symmetric int8 channels, from float32 [channels]."""
    return (absolute_max / INT8_MAX).clamp_min(_SCALE_MIN)


def bias_scales(input_scale: float, scales: torch.Tensor) -> torch.Tensor:
    """Scales of an int32 bias: the input's times the weight's, by channel."""
    return torch.tensor(input_scale, dtype=scales.dtype, device=scales.device) * scales


def fake_quantize_activation(values: torch.Tensor, scale: float, zero_point: int) -> torch.Tensor:
    """QuantizeLinear to uint8 and back, without a gradient."""
    # A tensor on the same device: by a Python number, CUDA multiplies with the reciprocal, which rounds otherwise.
    step = torch.tensor(scale, dtype=values.dtype, device=values.device)
    return values.div(step).round_().clamp_(-zero_point, UINT8_MAX - zero_point).mul_(step)


def fake_quantize_bias(bias: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """QuantizeLinear to int32 and back, without a gradient; the writer keeps a bias far from int32's ends."""
    return bias.div(scales).round_().mul_(scales)
