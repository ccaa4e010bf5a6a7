"""Training with simulated int8: the same network as the file's, gradients, and Compress with it as a whole."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from conftest import SIZE
from test_compress import _record, _run, teacher_folder  # noqa: F401, a fixture
from test_resume import Killed

from decant_tasks.compress.student_files import read_student, write_student
from decant_tasks.errors import TaskError
from decant_tasks.export.parity import _run_onnx
from decant_tasks.model.activations import HARD_SWISHES, replace_hard_swish
from decant_tasks.model.backbone import build_network, read_backbone
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.protocol.files import sha256_of
from decant_tasks.schema import check_record
from decant_tasks.simulated_quantization.graph import Graph, Node, read_graph
from decant_tasks.simulated_quantization.initial_ranges import set_initial_ranges
from decant_tasks.simulated_quantization.learned_range import LearnedRange
from decant_tasks.simulated_quantization.network import SimulatedNetwork
from decant_tasks.simulated_quantization.trained_file import ranges_of, with_trained_weights

OUTPUTS = ("model.onnx", "int8-trained.onnx", "ranges.json", "curves.json")


@pytest.fixture(scope="module")
def compressed(
    tmp_path_factory: pytest.TempPathFactory,
    prepared_folder: Path,
    teacher_folder: Path,  # noqa: F811
    backbone_record: dict[str, Any],
):
    """Compress with one epoch in float and one with simulated int8: its input, folder, output, progress lines."""
    record = _record(prepared_folder, teacher_folder, backbone_record, None, epochs=2)
    record["parameters"]["candidate"]["training"]["quantization_epochs"] = 1
    folder = tmp_path_factory.mktemp("simulated")
    output, lines = _run(record, folder, interval_s=3600)
    return record, folder, output, lines


def test_compress_writes_ranges_by_the_names_of_its_file_and_the_same_graph_with_other_weights(compressed: Any):
    _, folder, output, _ = compressed
    check_record("compressed", output, "output.json")
    assert output["files"]["trained_for_int8"] == {"onnx": "int8-trained.onnx", "ranges": "ranges.json"}
    curve = json.loads((folder / "files" / "curves.json").read_text())
    assert [point["phase"] for point in curve] == ["refine", "quantization"]
    model, trained = (onnx.load(folder / "files" / name) for name in OUTPUTS[:2])
    assert [node.output for node in model.graph.node] == [node.output for node in trained.graph.node]
    assert model.graph.initializer != trained.graph.initializer
    values = {node.output[0] for node in model.graph.node} | {value.name for value in model.graph.input}
    ranges = json.loads((folder / "files" / "ranges.json").read_text())
    assert ranges.keys() <= values
    assert all(each["low"] <= 0 <= each["high"] for each in ranges.values())


def test_compress_killed_anywhere_ends_with_the_same_bytes(compressed: Any, tmp_path: Path):
    record, unbroken, _, lines = compressed
    for at in (lines // 2, lines - 3):
        folder = tmp_path / str(at)
        with pytest.raises(Killed):
            _run(record, folder, at)
        _run(record, folder)
        for name in OUTPUTS:
            assert sha256_of(folder / "files" / name) == sha256_of(unbroken / "files" / name), name


def test_more_quantization_epochs_than_epochs_are_refused(compressed: Any, tmp_path: Path):
    record, _, _, _ = compressed
    changed = json.loads(json.dumps(record))
    changed["parameters"]["candidate"]["training"]["quantization_epochs"] = 3
    with pytest.raises(TaskError, match="3 of 2"):
        _run(changed, tmp_path)


def _network(folder: Path) -> tuple[onnx.ModelProto, SimulatedNetwork]:
    model = onnx.load(folder / "files" / "model.onnx")
    return model, SimulatedNetwork(read_graph(model)).eval()


def test_without_rounding_the_network_answers_as_its_file(
    compressed: Any, backbone_record: dict[str, Any], prepared_folder: Path
):
    _, folder, _, _ = compressed
    _, network = _network(folder)
    network.rounding = False
    images = np.load(prepared_folder / f"validation-{SIZE}-0.npy")
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2)
    with torch.no_grad():
        answer = network(normalisation_of(read_backbone(backbone_record))(pixels))
    expected = _run_onnx(folder / "files" / "model.onnx", images)
    np.testing.assert_allclose(answer.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_rounding_moves_answers_a_little_and_gradients_reach_weights_and_ranges(compressed: Any):
    _, folder, _, _ = compressed
    model, network = _network(folder)
    images = torch.randn(4, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    set_initial_ranges(network, [images])
    network.rounding = False
    exact = network(images)
    network.rounding = True
    rounded = network.train()(images)
    assert 0 < (rounded - exact).norm() < 0.2 * exact.norm()
    rounded.square().sum().backward()
    for name in network.placement.layers:
        gradient = network.layer(name).weight_in_units.grad
        assert gradient is not None, name
        assert gradient.abs().sum() > 0, name
    assert sum(each.factors.grad.abs().sum() > 0 for each in network.ranges) > len(network.ranges) / 2
    assert with_trained_weights(model, network).graph.initializer == model.graph.initializer
    assert ranges_of(network).keys() == set(network.range_names)


def test_a_clipped_value_moves_the_end_that_clips_it():
    learned = LearnedRange()
    learned.set_start(-1.0, 2.0)
    values = torch.tensor([-3.0, 0.1, 0.2, 5.0], requires_grad=True)
    learned(values)[3].backward()
    assert learned.factors.grad is not None
    low, high = learned.factors.grad.tolist()
    assert (low, high > 0) == (0.0, True)
    assert values.grad is not None
    assert values.grad.tolist() == [0, 0, 0, 0]


def test_an_operator_that_is_not_known_is_refused_by_name():
    nodes = (
        Node("Conv", ("images", "w"), ("a",)),
        Node("Einsum", ("a", "a"), ("logits",)),
    )
    graph = Graph(nodes, {"w": np.ones((4, 3, 1, 1), np.float32)}, ("logits",))
    with pytest.raises(TaskError, match="Einsum"):
        SimulatedNetwork(graph)


def _has_hard_swish(network: torch.nn.Module) -> bool:
    return any(isinstance(module, HARD_SWISHES) for module in network.modules())


def test_hard_swish_becomes_relu_and_the_student_is_read_back_with_it(tmp_path: Path):
    network = build_network("mobilenetv3_small_050", 3, 0)
    assert _has_hard_swish(network)
    assert replace_hard_swish(network) > 0
    assert not _has_hard_swish(network)
    write_student(tmp_path, network, "mobilenetv3_small_050", 3, SIZE, "relu")
    again, images = read_student(tmp_path), torch.randn(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    assert not _has_hard_swish(again)
    with torch.no_grad():
        assert torch.equal(again(images), network.eval()(images))
