"""The knapsack pruner: limits hold, wider limits never keep less, blocks go whole and come back from their files."""

import copy
import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from test_pruning import RESIDUAL, SIZE, _batches
from torch import nn

from decant_tasks.compress.allocation import Limits, Plan
from decant_tasks.compress.block_losses import measure_block_losses
from decant_tasks.compress.blocks import find_blocks, remove_blocks
from decant_tasks.compress.cost import Cost, CostModel
from decant_tasks.compress.cut import cut_channels
from decant_tasks.compress.groups import ChannelGroup, find_groups
from decant_tasks.compress.layer_times import layer_times_of
from decant_tasks.compress.multiple_choice import Options, best_within, solve, weightings
from decant_tasks.compress.student_files import read_student, removed_blocks, write_student
from decant_tasks.compress.timed_network import TimedLayer, TimedNetwork, owner_of
from decant_tasks.errors import TaskError
from decant_tasks.export import check_parity, export_onnx
from decant_tasks.model.backbone import Backbone, build_network, count_parameters, head_name
from decant_tasks.model.macs import count_macs
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.pruners.knapsack import KNAPSACK


def _timed(network: nn.Module) -> TimedNetwork:
    """A made-up target on which a layer takes as long as it has inputs times outputs, and each operator 100 us more."""

    def family(kind: str, us_per_pair: float, inputs: tuple[int, ...]) -> dict[str, Any]:
        times = [
            {"inputs": i, "outputs": o, "us": 100 + us_per_pair * i * o}
            for i, o in itertools.product(inputs, (1, 100, 2000))
        ]
        fixed = {"precision": "int8", "kernel": 1, "stride": 1, "output_size": 1, "multiple_of": 1, "outputs_step": 1}
        return {"kind": kind, "times": times, **fixed}

    table = {
        "fixed_us": 50,
        "families": [family("conv", 0.01, (1, 2000)), family("gemm", 0.01, (1, 2000)), family("add", 0.1, (1,))],
    }
    layers = [
        TimedLayer(name, "conv" if isinstance(layer, nn.Conv2d) else "gemm", "int8", 1, 1, None, 1, 1)
        for name, layer in network.named_modules()
        if (isinstance(layer, nn.Conv2d) and layer.groups == 1) or isinstance(layer, nn.Linear)
    ]
    adds = [
        TimedLayer(f"{block}.conv_pwl/Add", "add", "int8", 1, 1, None, 1, 1) for block in find_blocks(network, SIZE)
    ]
    return TimedNetwork(layer_times_of(table), (*layers, *adds))


Facts = tuple[nn.Module, tuple[ChannelGroup, ...], CostModel, dict[str, torch.Tensor], dict[str, float]]


@cache
def _facts() -> Facts:
    network = build_network(RESIDUAL, 3, 0)
    groups = find_groups(network, SIZE, head_name(network))
    costs = CostModel(network, groups, SIZE, _timed(network))
    random = torch.Generator().manual_seed(1)
    scores = {group.name: torch.rand(group.channels, generator=random, dtype=torch.float64) for group in groups}
    losses = {block: float(torch.rand(1, generator=random)) for block in find_blocks(network, SIZE)}
    return network, groups, costs, scores, losses


def _plan(parameters: float | None, us: float | None, multiple: int = 16) -> Plan:
    _, groups, costs, scores, losses = _facts()
    whole = costs.total({})
    limits = Limits(
        None if parameters is None else int(parameters * whole.parameters),
        None,
        multiple,
        us=None if us is None else us * whole.us,
    )
    return KNAPSACK.plan(groups, scores, costs, limits, losses)


def _cost(plan: Plan) -> Cost:
    _, _, costs, _, _ = _facts()
    return costs.total({name: len(channels) for name, channels in plan.kept.items()}, plan.removed)


SHARES = st.floats(0.35, 0.98)


@given(SHARES | st.none(), SHARES | st.none(), st.sampled_from([8, 16]))
@settings(max_examples=15)
def test_limits_hold_and_widths_are_multiples_or_whole(parameters: float | None, us: float | None, multiple: int):
    network, groups, costs, _, _ = _facts()
    plan = _plan(parameters, us, multiple)
    found, whole = _cost(plan), costs.total({})
    assert found.parameters <= (parameters or 1) * whole.parameters
    assert found.us <= (us or 1) * whole.us * (1 + 1e-12)
    for group in groups:
        width = len(plan.kept.get(group.name, range(group.channels)))
        assert width == group.channels or (width % multiple == 0 and len(group.makers) == 1)
    cut = remove_blocks(cut_channels(copy.deepcopy(network), groups, plan.kept), plan.removed)
    assert (found.parameters, found.macs) == (count_parameters(cut), count_macs(cut, SIZE))


@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), st.integers(0, 2**32 - 1), st.integers(1, 3))
@settings(max_examples=40)
def test_wider_limits_never_lose_more_and_nothing_is_far_better(sizes: list[int], seed: int, kinds: int):
    random = np.random.default_rng(seed)
    classes = [Options(random.random(size), random.random((size, kinds)) / len(sizes)) for size in sizes]
    limits = np.sort(random.random((2, kinds)), axis=0)
    solutions = [solve(classes, weights) for weights in weightings(kinds)]
    found = [
        min((answer[0] for each in solutions if (answer := best_within(each, limit)) is not None), default=np.inf)
        for limit in limits
    ]
    assert found[1] <= found[0]
    every = list(itertools.product(*(range(size) for size in sizes)))
    for limit, loss in zip(limits, found, strict=True):
        possible = [
            sum(classes[i].losses[c] for i, c in enumerate(choice))
            for choice in every
            if (sum(classes[i].costs[c] for i, c in enumerate(choice)) <= limit).all()
        ]
        assert loss >= min(possible, default=np.inf) - 1e-12
        if kinds == 1 and possible:  # one limit: exact but for the grid
            tighter = limit - (len(sizes) + 1) / 4096
            least = [
                sum(classes[i].losses[c] for i, c in enumerate(choice))
                for choice in every
                if (sum(classes[i].costs[c] for i, c in enumerate(choice)) <= tighter).all()
            ]
            assert loss <= min(least, default=np.inf) + 1e-12


def test_a_solutions_choices_have_the_losses_and_costs_that_it_names():
    random = np.random.default_rng(3)
    classes = [Options(random.random(5), random.random((5, 2)) / 4) for _ in range(4)]
    solutions = solve(classes, np.array([0.25, 0.75]))
    loss, choices = best_within(solutions, np.array([0.5, 0.5])) or (None, None)
    assert choices is not None
    assert loss == pytest.approx(sum(options.losses[c] for options, c in zip(classes, choices, strict=True)))
    assert (sum(options.costs[c] for options, c in zip(classes, choices, strict=True)) <= 0.5).all()


@pytest.mark.parametrize("limit", [{"parameters": None}, {"us": None}])
def test_more_budget_never_keeps_less(limit: dict[str, None]):
    shares = [0.4, 0.5, 0.6, 0.75, 0.9]
    lost = [_lost_by_losses(_plan(**({"parameters": share, "us": share} | limit))) for share in shares]
    assert lost == sorted(lost, reverse=True)


def _lost_by_losses(plan: Plan) -> float:
    """As the pruner counts: blocks by their own losses, in the unit of the scores."""
    _, groups, _, scores, losses = _facts()
    inside = {b: [g for g in groups if all(p.layer.startswith(f"{b}.") for p in g.parts)] for b in losses}
    ratios = sorted(max(float(scores[g.name].sum()) for g in inside[b]) / losses[b] for b in losses)
    factor = ratios[len(ratios) // 2]
    removed = {g.name for b in plan.removed for g in inside[b]}
    kept_lost = sum(
        float(scores[name].sum() - scores[name][channels].sum())
        for name, channels in plan.kept.items()
        if name not in removed
    )
    return kept_lost + sum(factor * losses[block] for block in plan.removed)


def test_a_plan_is_the_same_every_time():
    assert _plan(0.5, 0.6) == _plan(0.5, 0.6)


def test_a_latency_out_of_reach_is_rejected_with_what_is_reachable():
    with pytest.raises(TaskError, match="microseconds remain") as caught:
        _plan(None, 0.01)
    assert caught.value.code == "CandidateRejected"


def test_blocks_go_where_each_layer_costs_much_whatever_its_width():
    plan = _plan(None, 0.5)
    assert plan.removed
    assert not any(name.startswith(f"{block}.") for name in plan.kept for block in plan.removed)


def test_times_count_the_layers_that_are_there():
    network, groups, costs, _, _ = _facts()
    cut = remove_blocks(copy.deepcopy(network), ["blocks.5.1"])
    without = CostModel(cut, (), SIZE, _timed(network)).total({})
    assert costs.total({}, ["blocks.5.1"]).us == pytest.approx(without.us)
    narrow = cut_channels(copy.deepcopy(network), groups, {"blocks.5.1.conv_pw": list(range(64))})
    again = CostModel(narrow, (), SIZE, _timed(network)).total({})
    assert costs.total({"blocks.5.1.conv_pw": 64}).us == pytest.approx(again.us)
    assert owner_of(_timed(network).layers[-1], ["blocks.5.3.conv_pwl", "blocks.5"]) == "blocks.5.3.conv_pwl"


def test_blocks_are_what_answers_its_input_without_weights():
    assert find_blocks(build_network("resnet18", 3, 0), SIZE)[:2] == ("layer1.0", "layer1.1")
    assert find_blocks(build_network("test_efficientnet", 3, 0), SIZE) == ()
    network = build_network(RESIDUAL, 3, 0)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    assert find_blocks(network, SIZE)[:3] == ("blocks.1.1", "blocks.2.1", "blocks.3.1")
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_blocks_loss_is_the_divergence_of_the_network_without_it():
    network = build_network(RESIDUAL, 3, 0).eval()
    losses = measure_block_losses(network, ["blocks.1.1", "blocks.5.3"], _batches)
    cut = remove_blocks(copy.deepcopy(network), ["blocks.1.1"])
    with torch.no_grad():
        images = torch.cat([images for images, _ in _batches()])
        whole, skipped = (net(images).double().log_softmax(dim=1) for net in (network, cut))
    expected = nn.functional.kl_div(skipped, whole, reduction="batchmean", log_target=True)
    assert losses["blocks.1.1"] == pytest.approx(float(expected))
    assert "blocks.1.1" in dict(network.named_modules())


def _student(tmp_path: Path) -> nn.Module:
    network, groups, *_ = _facts()
    plan = _plan(None, 0.5)
    cut = remove_blocks(cut_channels(copy.deepcopy(network), groups, plan.kept), plan.removed)
    cut = set_static_padding(cut, SIZE).eval()
    write_student(tmp_path, cut, RESIDUAL, 3, SIZE)
    assert removed_blocks(cut, RESIDUAL, SIZE) == list(plan.removed) != []
    return cut


def test_a_student_without_blocks_comes_back_from_its_files_and_exports_cleanly(tmp_path: Path):
    cut = _student(tmp_path)
    again, images = read_student(tmp_path), torch.randn(2, 3, SIZE, SIZE)
    with torch.no_grad():
        assert torch.equal(again(images), cut(images))
    backbone = Backbone(RESIDUAL, {}, SIZE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    export_onnx(again, SIZE, tmp_path / "model.onnx", backbone)
    nodes = [node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node]
    assert "Identity" not in nodes
    assert nodes.count("Add") - 1 == len(find_blocks(again, SIZE))  # one Add is the normalisation's
    pixels = np.random.default_rng(0).integers(0, 256, (4, SIZE, SIZE, 3)).astype(np.uint8)
    check_parity(again, tmp_path / "model.onnx", pixels, normalisation_of(backbone))


@pytest.mark.parametrize("removed", [["blocks.0.0"], ["blocks.5.1", "blocks.5.1"], ["nothing"], [3], "blocks.5.1"])
def test_removed_blocks_that_the_architecture_needs_are_refused(tmp_path: Path, removed: Any):
    _student(tmp_path)
    description = json.loads((tmp_path / "student.json").read_text())
    (tmp_path / "student.json").write_text(json.dumps(description | {"removed": removed}))
    with pytest.raises(TaskError) as caught:
        read_student(tmp_path)
    assert caught.value.code == "InvalidModel"
