"""Convolution followed by batch normalisation -> one convolution, in float64, which rounds once.

Found by following the data: a normalisation is folded only into the convolution whose output it alone reads.
"""

import copy
from typing import Any

import torch
from torch import nn

from decant_tasks.model.forward_once import forward_once
from decant_tasks.model.static_padding import set_static_padding


def folded_for_onnx(network: nn.Module, input_size: int) -> nn.Module:
    """A folded copy on the CPU, padded for input_size px, its weights laid out as ONNX has them."""
    own = set_static_padding(copy.deepcopy(network).cpu().eval(), input_size)
    return fold_batch_norms(own, input_size).to(memory_format=torch.contiguous_format)  # pyright: ignore[reportCallIssue]


def fold_batch_norms(network: nn.Module, input_size: int) -> nn.Module:
    """A copy in evaluation mode whose folded normalisations are identities (but keep a timm block's activation)."""
    folded = copy.deepcopy(network).eval()
    for convolution, norm in find_pairs(folded, input_size):
        _fold(convolution, norm)
        _replace(folded, norm, getattr(norm, "act", None) or nn.Identity())
    return folded


def find_pairs(network: nn.Module, input_size: int) -> list[tuple[nn.Conv2d, nn.Module]]:
    """Convolutions whose output a normalisation alone reads, by a forward pass; the network stays as it was."""
    producers: dict[int, nn.Conv2d] = {}
    kept: list[torch.Tensor] = []  # keeps ids unique while the pass runs
    readers: dict[nn.Conv2d, list[nn.Module]] = {}

    def hook(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        for value in inputs:
            if id(value) in producers:
                readers.setdefault(producers[id(value)], []).append(module)
        if isinstance(module, nn.Conv2d):
            producers[id(output)] = module
            kept.append(output)

    leaves = [m for m in network.modules() if not list(m.children()) or isinstance(m, nn.BatchNorm2d)]
    forward_once(network, input_size, [module.register_forward_hook(hook) for module in leaves])
    pairs = []
    for convolution, modules in readers.items():
        if len(modules) == 1 and isinstance(modules[0], nn.BatchNorm2d):
            pairs.append((convolution, modules[0]))
    return pairs


def _fold(convolution: nn.Conv2d, norm: nn.Module) -> None:
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    bias = -norm.running_mean.double() * scale
    if norm.bias is not None:
        bias = bias + norm.bias.double()
    if convolution.bias is not None:
        bias = bias + convolution.bias.double() * scale
    weight = convolution.weight.double() * scale.view(-1, 1, 1, 1)
    convolution.weight = nn.Parameter(weight.float(), requires_grad=False)
    convolution.bias = nn.Parameter(bias.float(), requires_grad=False)


def _replace(network: nn.Module, old: nn.Module, new: nn.Module) -> None:
    for name, module in list(network.named_modules()):
        if module is old:
            parent, _, attribute = name.rpartition(".")
            setattr(network.get_submodule(parent), attribute, new)
