"""Groups, importance, allocation and cuts: what must go together, what matters least, how much."""

import copy
import dataclasses
from collections.abc import Iterable

import pytest
import torch
from conftest import ARCHITECTURE
from torch import nn

from decant_tasks.compress.allocation import Limits, allocate_greedily
from decant_tasks.compress.batch_norm import adopt_statistics, reestimate_statistics
from decant_tasks.compress.block_losses import measure_block_losses
from decant_tasks.compress.blocks import find_blocks, remove_blocks
from decant_tasks.compress.cost import Cost, CostModel
from decant_tasks.compress.cut import cut_channels, describe_shapes, narrow_to
from decant_tasks.compress.groups import find_groups
from decant_tasks.errors import TaskError
from decant_tasks.importances.l2_magnitude import L2_MAGNITUDE
from decant_tasks.importances.list import IMPORTANCES, find_importance
from decant_tasks.importances.taylor import TAYLOR
from decant_tasks.model.backbone import build_network, count_parameters, head_name
from decant_tasks.model.macs import count_macs
from decant_tasks.pruners.list import PRUNERS, find_pruner
from decant_tasks.pruners.pruner import Pruner

RESIDUAL, SIZE = "tf_efficientnet_lite0", 32


class Chain(nn.Module):
    """Two convolutions of one place each and a head: a stream of two channels, four hidden ones."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 2, 1, bias=False)
        self.wide = nn.Conv2d(2, 4, 1, bias=False)
        self.back = nn.Conv2d(4, 2, 1, bias=False)
        self.head = nn.Linear(2, 2, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        stream = self.stem(images)
        stream = stream + self.back(self.wide(stream))
        return self.head(stream.mean(dim=(2, 3)))


def _batches() -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    for _ in range(2):
        yield torch.randn(6, 3, SIZE, SIZE, generator=generator), torch.arange(6) % 3


def _pruned(architecture: str, pruner: Pruner, **limits: float | int | None) -> tuple[nn.Module, nn.Module]:
    network = build_network(architecture, 3, 0)
    groups = find_groups(network, SIZE, head_name(network))
    costs = CostModel(network, groups, SIZE)
    whole = costs.total({})
    ratio_parameters, ratio_macs = limits.get("parameters"), limits.get("macs")
    bounds = Limits(
        None if ratio_parameters is None else int(whole.parameters * ratio_parameters),
        None if ratio_macs is None else int(whole.macs * ratio_macs),
        8,
    )
    blocks = find_blocks(network, SIZE) if pruner.removes_blocks else ()
    losses = measure_block_losses(network, blocks, _batches)
    plan = pruner.plan(groups, L2_MAGNITUDE.score(network, groups, _batches), costs, bounds, losses)
    return network, remove_blocks(cut_channels(copy.deepcopy(network), groups, plan.kept), plan.removed)


def test_a_residual_sum_binds_every_layer_that_adds_to_it():
    groups = {group.name: group for group in find_groups(Chain(), 4, "head")}
    assert list(groups) == ["stem", "wide"]
    assert groups["stem"].makers == ("stem", "back")
    assert groups["stem"].readers == ("wide", "head")
    assert (groups["wide"].makers, groups["wide"].readers) == (("wide",), ("back",))


def test_finding_groups_leaves_the_network_as_it_was():
    network = build_network(ARCHITECTURE, 3, 0).train()
    network.get_parameter("conv_stem.weight").requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    find_groups(network, SIZE, head_name(network))
    assert network.training
    assert not network.get_parameter("conv_stem.weight").requires_grad
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("architecture", [ARCHITECTURE, RESIDUAL, "mobilenetv3_small_050"])
def test_costs_equal_the_counts_of_the_cut_network(architecture: str):
    network, cut = _pruned(architecture, find_pruner("everywhere"), parameters=0.7)
    for whole in (network, cut):
        groups = find_groups(whole, SIZE, head_name(whole))
        counted = Cost(count_parameters(whole), count_macs(whole, SIZE))
        assert CostModel(whole, groups, SIZE).total({}) == counted


@pytest.mark.parametrize("pruner", PRUNERS, ids=lambda pruner: pruner.name)
@pytest.mark.parametrize("limits", [{"parameters": 0.6}, {"macs": 0.7}, {"parameters": 0.7, "macs": 0.8}])
def test_every_pruner_keeps_the_limits_the_multiple_and_the_residual_sums(pruner: Pruner, limits: dict[str, float]):
    network, cut = _pruned(RESIDUAL, pruner, **limits)
    assert count_parameters(cut) <= limits.get("parameters", 1) * count_parameters(network)
    assert count_macs(cut, SIZE) <= limits.get("macs", 1) * count_macs(network, SIZE)
    before = describe_shapes(network)
    for name, widths in describe_shapes(cut).items():
        for width, value in widths.items():
            assert value == before[name][width] or value % 8 == 0, (name, width, value)
    cut.train()(torch.randn(2, 3, SIZE, SIZE)).sum().backward()


def test_the_expansion_pruner_leaves_residual_streams_whole():
    network, cut = _pruned(RESIDUAL, find_pruner("expansion"), parameters=0.6)
    before, after = describe_shapes(network), describe_shapes(cut)
    assert after["blocks.5.3.conv_pwl"]["out_channels"] == before["blocks.5.3.conv_pwl"]["out_channels"]
    assert after["blocks.5.3.conv_pw"]["out_channels"] < before["blocks.5.3.conv_pw"]["out_channels"]


@pytest.mark.parametrize("pruner", PRUNERS, ids=lambda pruner: pruner.name)
def test_a_ratio_out_of_reach_is_rejected_with_what_is_reachable(pruner: Pruner):
    with pytest.raises(TaskError, match="remain") as caught:
        _pruned(ARCHITECTURE, pruner, parameters=0.01)
    assert caught.value.code == "CandidateRejected"


def test_without_limits_nothing_is_cut():
    network, cut = _pruned(ARCHITECTURE, find_pruner("expansion"))
    assert describe_shapes(cut) == describe_shapes(network)


def test_the_unit_with_the_least_importance_per_cost_goes_first():
    network = Chain()
    groups = find_groups(network, 4, "head")
    costs = CostModel(network, groups, 4)
    # One channel of wide costs 4 parameters, one of stem 3 + 4 + 4 + 2 = 13.
    assert costs.saved("wide", 1, {"wide": 4, "stem": 2}) == Cost(4, 4 * 16)
    assert costs.saved("stem", 1, {"wide": 4, "stem": 2}) == Cost(13, 11 * 16 + 2)
    scores = {"wide": torch.tensor([4.0, 0.4, 8.0, 9.0]), "stem": torch.tensor([2.6, 99.0])}
    for parameters, expected in ((25, {"stem": [0, 1], "wide": [0, 2, 3]}), (13, {"stem": [1], "wide": [0, 2, 3]})):
        kept = allocate_greedily(groups, scores, costs, Limits(parameters, None, 1))
        assert kept == expected


def test_taylor_is_the_square_of_what_zeroing_a_channel_changes_to_first_order():
    network = Chain().double()
    images = torch.randn(5, 3, 2, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    labels = torch.arange(5) % 2
    groups = find_groups(network.float(), 2, "head")
    network.double()
    scores = TAYLOR.score(network, groups, lambda: [(images[:3], labels[:3]), (images[3:], labels[3:])])
    # By hand for channel 1 of wide: shrink it by a factor 1 - h where back reads it, and take the difference quotient.
    step = 1e-6
    shrunk = copy.deepcopy(network)
    shrunk.back.weight.data[:, 1] *= 1 - step
    losses = [nn.functional.cross_entropy(net(images), labels, reduction="none") for net in (network, shrunk)]
    expected = ((losses[1] - losses[0]) / step).square().mean().item()
    assert scores["wide"][1].item() == pytest.approx(expected, rel=1e-4)


def test_taylor_finds_channels_that_nothing_reads_and_magnitude_does_not():
    network = Chain()
    network.back.weight.data[:, 2] = 0
    network.wide.weight.data[2] = 9
    groups = find_groups(network, 4, "head")

    def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(torch.randn(4, 3, 4, 4, generator=torch.Generator().manual_seed(0)), torch.arange(4) % 2)]

    assert TAYLOR.score(network, groups, batches)["wide"].argmin() == 2
    assert L2_MAGNITUDE.score(network, groups, batches)["wide"].argmax() == 2


@pytest.mark.parametrize("importance", IMPORTANCES, ids=lambda importance: importance.name)
def test_every_importance_scores_every_channel_and_leaves_the_network_alone(importance):
    network = build_network(ARCHITECTURE, 3, 0).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    groups = find_groups(network, SIZE, head_name(network))
    scores = importance.score(network, groups, _batches)
    again = importance.score(network, groups, _batches)
    for group in groups:
        assert scores[group.name].shape == (group.channels,)
        assert scores[group.name].dtype == torch.float64
        assert (scores[group.name] >= 0).all()
        assert torch.equal(scores[group.name], again[group.name])
    assert network.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(TaskError, match="everywhere"):
        find_pruner("x")
    with pytest.raises(TaskError, match="l2-magnitude"):
        find_importance("x")


def test_a_cut_keeps_the_channels_that_it_names():
    network = Chain()
    groups = find_groups(network, 4, "head")
    cut = cut_channels(copy.deepcopy(network), groups, {"wide": [1, 3]})
    assert torch.equal(cut.wide.weight, network.wide.weight[[1, 3]])
    assert torch.equal(cut.back.weight, network.back.weight[:, [1, 3]])


@pytest.mark.parametrize("architecture", [ARCHITECTURE, RESIDUAL])
def test_a_network_narrowed_to_shapes_takes_the_weights_and_answers_the_same(architecture: str):
    _, cut = _pruned(architecture, find_pruner("everywhere"), parameters=0.6)
    again = narrow_to(build_network(architecture, 3, 1), describe_shapes(cut))
    again.load_state_dict(cut.state_dict())
    images = torch.randn(2, 3, SIZE, SIZE)
    assert torch.equal(again.eval()(images), cut.eval()(images))


@pytest.mark.parametrize(
    ("layer", "width", "value"),
    [
        ("conv_head", "out_channels", 10**9),
        ("conv_head", "out_channels", 0),
        ("conv_head", "out_channels", True),
        ("conv_head", "groups", "1"),
        ("blocks.3.0.conv_dw", "groups", 1),
        ("odd", "out_channels", 1),
    ],
)
def test_shapes_that_do_not_fit_the_architecture_are_refused(layer: str, width: str, value: object):
    network = build_network(ARCHITECTURE, 3, 0)
    shapes = copy.deepcopy(describe_shapes(network))
    shapes.setdefault(layer, {})[width] = value  # type: ignore[assignment]
    with pytest.raises(TaskError, match="Expected"):
        narrow_to(network, shapes)


def test_statistics_become_the_mean_over_batches_whatever_they_were():
    def fresh() -> nn.Sequential:
        return nn.Sequential(nn.BatchNorm2d(3, momentum=0.3), nn.Dropout(0.5))

    network, other = fresh(), fresh()
    norm = network[0]
    assert isinstance(norm, nn.BatchNorm2d)
    norm.running_mean = torch.full((3,), 50.0)
    batches = [images for images, _ in _batches()]
    reestimate_statistics(network.train(), batches)
    reestimate_statistics(other.train(), batches)
    expected = torch.stack([images.mean(dim=(0, 2, 3)) for images in batches]).mean(dim=0)
    torch.testing.assert_close(norm.running_mean, expected)
    assert all(torch.equal(a, b) for a, b in zip(network.buffers(), other.buffers(), strict=True))
    assert (norm.momentum, network.training, norm.training) == (0.3, True, True)


def test_adopting_the_datas_statistics_changes_no_answer_and_makes_taking_them_anew_harmless():
    """Pale pixels under statistics of colourful ones, as grey textures are under those of photos."""
    network = build_network("test_efficientnet", 4, 3).eval()
    reestimate_statistics(network, [torch.randn(8, 3, SIZE, SIZE) for _ in range(4)])
    pale = [0.05 * torch.randn(8, 3, SIZE, SIZE) - 0.5 for _ in range(4)]
    adopted = adopt_statistics(copy.deepcopy(network), pale)
    with torch.no_grad():
        before, same = network(pale[0]), adopted(pale[0])
        after = reestimate_statistics(adopted, pale)(pale[0])
        broken = reestimate_statistics(network, pale)(pale[0])
    torch.testing.assert_close(same, before, rtol=1e-3, atol=1e-4)
    assert 5 * (after - before).norm() < (broken - before).norm()


def test_limits_protect_a_floor_of_each_group():
    group = find_groups(build_network(RESIDUAL, 3, 0), SIZE, "classifier")[-1]
    limits = Limits(None, None, 8)
    assert limits.floor_of(group) == 128  # a tenth of 1280
    assert limits.floor_of(dataclasses.replace(group, channels=12)) == 8
    assert limits.floor_of(dataclasses.replace(group, channels=4)) == 4
