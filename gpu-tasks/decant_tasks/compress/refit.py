"""Lets the channels that stay do the work of those that went: each layer that reads a cut group gets the weights that
come closest, by least squares, to what it wrote before, given the channels that stay. In closed form, on the network
before the cut.

He, Zhang and Sun 2017, "Channel Pruning for Accelerating Very Deep Neural Networks"; Luo, Wu and Lin 2017, "ThiNet".
Fitting from front to back, to what the cut layers before now give, was worse in measurements: at 42 % of the parameters
of Lite0 on flowers a divergence of 0.216 from the teacher before any training, against 0.184 (0.249 without refitting).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.allocation import Kept
from decant_tasks.compress.groups import ChannelGroup
from decant_tasks.compress.input_moments import InputMoments
from decant_tasks.export.batch_norm import find_pairs

# Share of the mean variance that is added to each channel's: few samples must not make up ties between channels.
RIDGE = 1e-2


@dataclass(frozen=True)
class Cut:
    """inputs: channels that stay of layers that read fewer than before; outputs: of layers that write fewer."""

    inputs: Mapping[str, Sequence[int]]
    outputs: Mapping[str, Sequence[int]]


def describe_cut(groups: Sequence[ChannelGroup], kept: Kept) -> Cut:
    """Of the groups that lose channels."""
    cut = [group for group in groups if len(kept.get(group.name, range(group.channels))) < group.channels]
    outputs = {part.layer: kept[group.name] for group in cut for part in group.parts if part.axis == "out"}
    return Cut({reader: kept[group.name] for group in cut for reader in group.readers}, outputs)


def norms_behind(network: nn.Module, input_size: int) -> dict[str, str]:
    """The batch normalisation that alone reads a convolution's output, by the convolution's name."""
    names = {module: name for name, module in network.named_modules()}
    return {names[convolution]: names[norm] for convolution, norm in find_pairs(network, input_size)}


@torch.no_grad()
def refit(
    student: nn.Module, original: nn.Module, cut: Cut, moments: Mapping[str, InputMoments], norms: Mapping[str, str]
) -> nn.Module:
    """`student`, cut from `original`, in place. moments: of what each reader of `cut` reads in `original`; norms: the
    batch normalisation behind a layer, which takes what is constant."""
    there = {name for name, _ in student.named_modules()}
    for name in (name for name in cut.inputs if name in there):
        before = original.get_parameter(f"{name}.weight").detach().double().cpu()
        if name in cut.outputs:
            before = before[list(cut.outputs[name])]
        norm = student.get_submodule(norms[name]) if name in norms else None
        _refit_layer(student.get_submodule(name), norm, before, moments[name], list(cut.inputs[name]))
    return student


def _refit_layer(layer: Any, norm: Any, before: torch.Tensor, moments: InputMoments, kept: list[int]) -> None:
    covariance = moments.covariance[kept][:, kept].clone()
    covariance.diagonal().add_(RIDGE * covariance.diagonal().mean() + torch.finfo(torch.float64).tiny)
    # Every channel is about `mixed` @ those that stay + a constant, so `before` @ `mixed` writes what `before` wrote.
    mixed = torch.linalg.solve(covariance, moments.covariance[kept]).T
    layer.weight.copy_(torch.einsum("oc...,ck->ok...", before, mixed))
    summed = before.flatten(2).sum(dim=2) if before.ndim == 4 else before
    constant = (summed @ (moments.mean - mixed @ moments.mean[kept])).to(layer.weight)
    if layer.bias is not None:
        layer.bias.add_(constant)
    elif norm is not None:
        norm.running_mean.sub_(constant)
