"""The exported file answers as PyTorch does, is clean, and is the same bytes every time."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from decant_tasks.errors import TaskError
from decant_tasks.export import check_parity, export_onnx, parity
from decant_tasks.model.backbone import Backbone, build_network, read_backbone
from decant_tasks.model.macs import count_macs
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.static_padding import same_padding, set_static_padding

LITE = Backbone(
    "tf_efficientnet_lite0", {"kind": "timm", "name": "x"}, 64, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
)


def _with_statistics(network: nn.Module) -> nn.Module:
    """Batch norms whose statistics and factors are not the identity."""
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_(0, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            module.weight.data.uniform_(0.7, 1.3, generator=generator)
            module.bias.data.normal_(0, 0.2, generator=generator)
    return network.eval()


@pytest.fixture(scope="module")
def lite() -> nn.Module:
    return _with_statistics(build_network(LITE.architecture, 5, 0))


def _noise(size: int, count: int = 4) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [32, 45, 64])
def test_static_padding_answers_as_the_dynamic_one(lite: nn.Module, size: int):
    images = torch.rand(2, 3, size, size)
    fresh = build_network(LITE.architecture, 5, 0)
    fresh.load_state_dict(lite.state_dict())
    with torch.no_grad():
        expected = fresh.eval()(images)
        assert torch.equal(set_static_padding(fresh, size)(images), expected)


def test_padding_may_be_set_again_for_another_size(lite: nn.Module):
    network = build_network(LITE.architecture, 5, 0)
    network.load_state_dict(lite.state_dict())
    names = list(network.state_dict())
    with torch.no_grad():
        images = torch.rand(1, 3, 45, 45)
        expected = network.eval()(images)
        set_static_padding(network, 64)
        assert torch.equal(set_static_padding(network, 45)(images), expected)
    assert list(network.state_dict()) == names


@pytest.mark.parametrize(("side", "expected"), [(224, (0, 1)), (225, (1, 1)), (7, (1, 1)), (8, (0, 1))])
def test_same_padding_of_a_strided_kernel_of_three(side: int, expected: tuple[int, int]):
    assert same_padding(side, 3, 2, 1) == expected


@pytest.mark.parametrize("size", [45, 64])
@pytest.mark.parametrize("value", [0, 255, None])
def test_the_file_answers_as_pytorch_also_at_the_borders(lite: nn.Module, tmp_path: Path, size: int, value: int | None):
    network = build_network(LITE.architecture, 5, 0)
    network.load_state_dict(lite.state_dict())
    set_static_padding(network.eval(), size)
    path = tmp_path / "model.onnx"
    export_onnx(network, size, path, LITE)
    images = _noise(size) if value is None else np.full((1, size, size, 3), value, np.uint8)
    found = check_parity(network, path, images, normalisation_of(LITE))
    assert found["relative_error_max"] < 1e-5
    assert found["n"] == len(images)


def test_the_file_is_what_the_typescript_side_reads(lite: nn.Module, tmp_path: Path):
    path = tmp_path / "model.onnx"
    export_onnx(lite, 64, path, LITE)
    model = onnx.load(path)
    graph = model.graph
    assert model.ir_version == 8
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 18)]
    assert set(Counter(node.op_type for node in graph.node)) == {
        *("Cast", "Mul", "Add", "Conv", "Clip", "GlobalAveragePool", "Flatten", "Gemm")
    }
    (images,), (logits,) = graph.input, graph.output
    assert (images.name, logits.name) == ("images", "logits")
    assert images.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert [d.dim_value for d in images.type.tensor_type.shape.dim] == [1, 3, 64, 64]
    assert [d.dim_value for d in logits.type.tensor_type.shape.dim] == [1, 5]
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names)
    assert {"conv_stem", "blocks.0.0.conv_dw", "conv_head", "classifier"} <= set(names)
    assert all(not node.doc_string and not node.metadata_props for node in graph.node)
    assert all(not tensor.HasField("data_location") for tensor in graph.initializer)


def test_the_same_network_gives_the_same_bytes_and_stays_as_it_is(lite: nn.Module, tmp_path: Path):
    before = {name: tensor.clone() for name, tensor in lite.state_dict().items()}
    export_onnx(lite, 64, tmp_path / "a.onnx", LITE)
    export_onnx(lite, 64, tmp_path / "b.onnx", LITE)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    assert all(torch.equal(tensor, before[name]) for name, tensor in lite.state_dict().items())


@pytest.mark.parametrize("architecture", ["resnet10t", "mobilenetv3_small_050", "test_efficientnet"])
def test_other_families_export_with_parity(tmp_path: Path, architecture: str):
    backbone = Backbone(architecture, {}, 64, LITE.mean, LITE.std)
    network = set_static_padding(_with_statistics(build_network(architecture, 4, 0)), 64)
    export_onnx(network, 64, tmp_path / "model.onnx", backbone)
    assert check_parity(network, tmp_path / "model.onnx", _noise(64), normalisation_of(backbone))["n"] == 4
    operators = {node.op_type for node in onnx.load(tmp_path / "model.onnx").graph.node}
    assert not operators & {"BatchNormalization", "Identity", "Pad", "Shape", "Constant"}


def test_a_file_that_answers_otherwise_is_rejected(lite: nn.Module, tmp_path: Path):
    path = tmp_path / "model.onnx"
    export_onnx(lite, 64, path, LITE)
    other = _with_statistics(build_network(LITE.architecture, 5, 1))
    set_static_padding(other, 64)
    assert parity(other, path, _noise(64), normalisation_of(LITE))["relative_error_max"] > 1e-4
    with pytest.raises(TaskError) as caught:
        check_parity(other, path, _noise(64), normalisation_of(LITE))
    assert caught.value.code == "CandidateRejected"


def test_a_wrong_order_of_near_equal_answers_is_a_tie(tmp_path: Path, backbone_record: dict[str, Any]):
    backbone = read_backbone(backbone_record)
    network = set_static_padding(build_network(backbone.architecture, 2, 0).eval(), 32)
    head = network.get_submodule("classifier")
    assert isinstance(head, nn.Linear)
    with torch.no_grad():
        head.weight[1] = head.weight[0]
        head.bias.copy_(torch.tensor([1.0, 1.0]))
    export_onnx(network, 32, tmp_path / "model.onnx", backbone)
    with torch.no_grad():
        head.bias.copy_(torch.tensor([1.0, 1.0 + 2e-6]))
    found = check_parity(network, tmp_path / "model.onnx", _noise(32), normalisation_of(backbone))
    assert found["argmax_equal"] + found["ties"] == 4
    assert found["ties"] > 0


def test_macs_count_convolutions_and_linear_layers():
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, groups=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 5)
    )
    assert count_macs(network, 10) == 10 * 10 * 8 * 27 + 40
