"""Refitting: the channels that stay take over what can be told from them, and nothing else changes."""

import copy

import pytest
import torch
from conftest import ARCHITECTURE
from test_pruning import SIZE, Chain, _batches
from torch import nn

from decant_tasks.compress.cut import cut_channels
from decant_tasks.compress.groups import find_groups
from decant_tasks.compress.input_moments import measure_input_moments
from decant_tasks.compress.refit import describe_cut, norms_behind, refit
from decant_tasks.model.backbone import build_network, head_name


def _refitted(network: nn.Module, head: str, kept: dict[str, list[int]], batches) -> tuple[nn.Module, nn.Module]:
    """Cut alone, and cut with its readers refitted."""
    groups = find_groups(network, SIZE, head)
    cut = describe_cut(groups, kept)
    plain = cut_channels(copy.deepcopy(network), groups, kept).eval()
    moments = measure_input_moments(network, list(cut.inputs), batches)
    return plain, refit(copy.deepcopy(plain), network, cut, moments, norms_behind(network, SIZE)).eval()


def test_a_channel_that_others_tell_is_made_up_for():
    network = Chain().eval()
    network.wide.weight.data[2] = 2 * network.wide.weight.data[0] - network.wide.weight.data[1]
    plain, fitted = _refitted(network, "head", {"wide": [0, 1, 3]}, _batches)
    images = torch.randn(5, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        whole = network(images)
        lost, left = ((whole - net(images)).norm() for net in (plain, fitted))
    assert left < 0.1 * lost


def test_what_is_constant_goes_into_the_norm_or_the_bias():
    norm = nn.Sequential(nn.Conv2d(3, 6, 1), nn.ReLU(), nn.Conv2d(6, 4, 1, bias=False), nn.BatchNorm2d(4), Mean())
    network = nn.Sequential(*norm, nn.Linear(4, 5), nn.Linear(5, 2)).eval()
    weight, bias = network[0].weight.data, network[0].bias.data
    weight[1], bias[1] = 0, 3.0  # always 3
    network[5].weight.data[2], network[5].bias.data[2] = 0, 7.0
    _, fitted = _refitted(network, "6", {"0": [0, 2, 3, 4, 5], "5": [0, 1, 3, 4]}, _batches)
    images = torch.randn(5, 3, SIZE, SIZE)
    with torch.no_grad():
        torch.testing.assert_close(fitted(images), network(images), rtol=0.05, atol=0.02)


class Mean(nn.Module):
    """[N,C,H,W] to [N,C]."""

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return values.mean(dim=(2, 3))


@pytest.mark.parametrize("architecture", [ARCHITECTURE, "mobilenetv3_small_050"])
def test_where_inputs_and_outputs_of_a_layer_are_both_cut_its_shape_stays_and_it_is_deterministic(architecture: str):
    network = build_network(architecture, 3, 0).eval()
    groups = find_groups(network, SIZE, head_name(network))
    kept = {group.name: list(range(0, group.channels, 2)) for group in groups}
    plain, fitted = _refitted(network, head_name(network), kept, _batches)
    _, again = _refitted(network, head_name(network), kept, _batches)
    for name, tensor in fitted.state_dict().items():
        assert tensor.shape == plain.state_dict()[name].shape
        assert torch.equal(tensor, again.state_dict()[name])
        assert torch.isfinite(tensor).all()
    cut = describe_cut(groups, kept)
    untouched = [n for n, m in plain.named_modules() if isinstance(m, nn.Conv2d | nn.Linear) and n not in cut.inputs]
    assert untouched
    assert all(torch.equal(fitted.get_parameter(f"{n}.weight"), plain.get_parameter(f"{n}.weight")) for n in untouched)
