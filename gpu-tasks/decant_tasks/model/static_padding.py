"""TensorFlow's "same" padding, worked out once for an input size, so that no arithmetic on shapes is exported.

Padding adds zeros to the normalised tensor. https://www.tensorflow.org/api_docs/python/tf/nn#same_padding
"""

from collections.abc import Callable
from typing import cast

import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn import functional as F

from decant_tasks.model.forward_once import forward_once

Padding = tuple[int, int, int, int]  # left, right, top, bottom


def same_padding(side: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Zeros before and after one axis so that its output has ceil(side / stride) places."""
    outputs = -(-side // stride)
    total = max(0, (outputs - 1) * stride + (kernel - 1) * dilation + 1 - side)
    return total // 2, total - total // 2


class StaticPaddingConv2d(nn.Conv2d):
    """A convolution with a padding of its own on each side; parameters and their names are nn.Conv2d's."""

    static_padding: Padding = (0, 0, 0, 0)

    def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002, nn.Conv2d's own name
        left, right, top, bottom = self.static_padding
        if (left, top) == (right, bottom):
            return F.conv2d(input, self.weight, self.bias, self.stride, (top, left), self.dilation, self.groups)
        padded = F.pad(input, self.static_padding)
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def _replacement(convolution: nn.Conv2d) -> StaticPaddingConv2d:
    replacement = StaticPaddingConv2d(
        convolution.in_channels,
        convolution.out_channels,
        cast(tuple[int, int], convolution.kernel_size),
        cast(tuple[int, int], convolution.stride),
        dilation=cast(tuple[int, int], convolution.dilation),
        groups=convolution.groups,
        bias=convolution.bias is not None,
        device="meta",
    )
    replacement.weight, replacement.bias = convolution.weight, convolution.bias
    return replacement.train(convolution.training)


def _padding_setter(module: StaticPaddingConv2d) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
    def set_padding(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        height, width = inputs[0].shape[-2:]
        top, bottom = same_padding(height, module.kernel_size[0], module.stride[0], module.dilation[0])
        left, right = same_padding(width, module.kernel_size[1], module.stride[1], module.dilation[1])
        module.static_padding = (left, right, top, bottom)

    return set_padding


def set_static_padding(network: nn.Module, input_size: int) -> nn.Module:
    """Replaces every Conv2dSame in place and fixes its padding for input_size; may be called again for another size."""
    for name, module in list(network.named_modules()):
        if isinstance(module, Conv2dSame) and isinstance(module, nn.Conv2d):
            parent, _, attribute = name.rpartition(".")
            setattr(network.get_submodule(parent), attribute, _replacement(module))
    targets = [module for module in network.modules() if isinstance(module, StaticPaddingConv2d)]
    if not targets:
        return network
    hooks = [module.register_forward_pre_hook(_padding_setter(module)) for module in targets]
    forward_once(network, input_size, hooks)
    return network
