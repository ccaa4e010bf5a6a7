"""Compress as a whole: its files, its resumption, what it refuses."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from conftest import ARCHITECTURE, CLASSES, SIZE
from safetensors.torch import save_file
from test_resume import Killed, KillingStream

from decant_tasks.compress.distill import Distillation, distillation_loss
from decant_tasks.compress.student_files import read_student
from decant_tasks.compress.teacher_views import ViewSource, compute_teacher_views, view_count
from decant_tasks.data.augment import Augmentation
from decant_tasks.data.prepared_data import open_prepared_data
from decant_tasks.errors import TaskError
from decant_tasks.export import parity
from decant_tasks.model.backbone import build_network, count_parameters, read_backbone
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.protocol.files import sha256_of
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.schema import check_record
from decant_tasks.tasks.compress import COMPRESS
from decant_tasks.tasks.task import TaskContext
from decant_tasks.training.checkpoint import Checkpoint

OUTPUTS = ("student.safetensors", "student.json", "model.onnx", "curves.json")
PRUNE = {"pruner": "expansion", "importance": "taylor", "parameters_ratio": 0.7, "channel_multiple": 8}


@pytest.fixture(scope="module")
def teacher_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FineTune's folder, as far as Compress reads it."""
    folder = tmp_path_factory.mktemp("fine-tune")
    network = build_network(ARCHITECTURE, len(CLASSES), 11)
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, folder / "teacher.safetensors")
    (folder / "output.json").write_text(json.dumps({"input_size": SIZE, "architecture": ARCHITECTURE}))
    return folder


def _record(
    prepared: Path, teacher: Path, backbone: dict[str, Any], prune: dict[str, Any] | None, epochs: int
) -> dict[str, Any]:
    training = {
        "epochs": epochs,
        "batch_size": 8,
        "learning_rate": 1e-3,
        "temperature": 2,
        "distillation_weight": 0.8,
        "refinement": {"below_divergence": 100, "learning_rate": 5e-4, "mixed_share": 0.5, "frozen_share": 0.5},
    }
    candidate = {
        "id": "c",
        "rung": 1,
        "input_size": SIZE,
        "prune": prune,
        "training": training,
        "precision": "int8",
    }
    return {
        "task": "compress",
        "step": "compress",
        "key": "k",
        "attempt": "a",
        "inputs": {"prepare-data": str(prepared), "fine-tune": str(teacher)},
        "parameters": {"backbone": backbone, "candidate": candidate, "classes": CLASSES, "device": "cpu"},
        "seed": 5,
        "threads": 1,
    }


def _run(record: dict[str, Any], folder: Path, lines: int | None = None, interval_s: float = 0.0) -> tuple[Any, int]:
    """The output and the number of progress lines."""
    fields = record | {"inputs": {step: Path(path) for step, path in record["inputs"].items()}}
    stream = KillingStream(lines)
    context = TaskContext(
        TaskInput(**fields), folder / "files", folder / "checkpoint", Progress("c", stream), StopRequest(), interval_s
    )
    for path in (context.folder, context.checkpoint_folder):
        path.mkdir(parents=True, exist_ok=True)
    output = COMPRESS.run(context)
    return output, stream.getvalue().count("\n")


def _hashes(folder: Path) -> dict[str, str]:
    return {name: sha256_of(folder / "files" / name) for name in OUTPUTS}


@pytest.fixture(scope="module")
def unbroken(
    tmp_path_factory: pytest.TempPathFactory,
    prepared_folder: Path,
    teacher_folder: Path,
    backbone_record: dict[str, Any],
):
    """An unbroken run: its input, folder, output and number of progress lines."""
    record = _record(prepared_folder, teacher_folder, backbone_record, PRUNE, epochs=2)
    folder = tmp_path_factory.mktemp("unbroken")
    output, lines = _run(record, folder, interval_s=3600)
    return record, folder, output, lines


def test_the_output_matches_its_schema_and_its_files(unbroken: Any):
    record, folder, output, _ = unbroken
    check_record("compressed", output, "output.json")
    assert output["candidate"] == record["parameters"]["candidate"]
    full = count_parameters(build_network(ARCHITECTURE, len(CLASSES), 0))
    assert output["parameters"] <= 0.7 * full
    assert output["parity"]["n"] == 12
    curve = json.loads((folder / "files" / "curves.json").read_text())
    assert [(point["phase"], point["epoch"]) for point in curve] == [("refine", 1), ("refine", 2)]
    model = onnx.load(folder / "files" / "model.onnx")
    assert "BatchNormalization" not in {node.op_type for node in model.graph.node}


def test_a_student_built_again_from_its_files_answers_as_the_model_file(unbroken: Any, prepared_folder: Path):
    record, folder, output, _ = unbroken
    student = read_student(folder / "files")
    assert count_parameters(student) == output["parameters"]
    images = open_prepared_data(prepared_folder, CLASSES).images("validation", SIZE).batch(range(12))
    backbone = read_backbone(record["parameters"]["backbone"])
    found = parity(student, folder / "files" / "model.onnx", images, normalisation_of(backbone))
    assert found["relative_error_max"] < 1e-4
    assert found["argmax_equal"] == 12


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_killed_and_resumed_is_unbroken(tmp_path: Path, unbroken: Any, share: float):
    record, folder, _, lines = unbroken
    with pytest.raises(Killed):
        _run(record, tmp_path, lines=int(share * lines))
    _run(record, tmp_path)
    assert _hashes(tmp_path) == _hashes(folder)


def test_a_stop_request_checkpoints_and_the_next_run_goes_on(tmp_path: Path, unbroken: Any):
    record, folder, _, _ = unbroken
    fields = record | {"inputs": {step: Path(path) for step, path in record["inputs"].items()}}
    stop = StopRequest()
    stream = io.StringIO()
    (tmp_path / "files").mkdir()
    (tmp_path / "checkpoint").mkdir()
    stop.request()
    context = TaskContext(
        TaskInput(**fields), tmp_path / "files", tmp_path / "checkpoint", Progress("c", stream), stop, 3600
    )
    with pytest.raises(TaskError) as caught:
        COMPRESS.run(context)
    assert caught.value.code == "Stopped"
    _run(record, tmp_path)
    assert _hashes(tmp_path) == _hashes(folder)


def test_without_pruning_and_epochs_the_student_is_the_teacher(
    tmp_path: Path, prepared_folder: Path, teacher_folder: Path, backbone_record: dict[str, Any]
):
    output, _ = _run(_record(prepared_folder, teacher_folder, backbone_record, None, epochs=0), tmp_path)
    teacher = build_network(ARCHITECTURE, len(CLASSES), 11)
    student = read_student(tmp_path / "files")
    assert output["parameters"] == count_parameters(teacher)
    assert all(torch.equal(tensor, teacher.state_dict()[name]) for name, tensor in student.state_dict().items())


def test_a_candidate_that_continues_another_trains_its_student_on_and_prunes_nothing(
    tmp_path: Path, unbroken: Any, prepared_folder: Path, teacher_folder: Path, backbone_record: dict[str, Any]
):
    _, folder, before, _ = unbroken

    def continued(epochs: int, rung: int, name: str) -> tuple[Any, Path]:
        record = _record(prepared_folder, teacher_folder, backbone_record, PRUNE, epochs)
        record["inputs"]["compress"] = str(folder / "files")
        record["parameters"]["candidate"] |= {"continues": "c", "id": "c2", "rung": rung}
        return _run(record, tmp_path / name)[0], tmp_path / name

    same, still = continued(0, 2, "still")
    check_record("compressed", same, "output.json")
    assert (same["parameters"], same["macs"]) == (before["parameters"], before["macs"])
    assert sha256_of(still / "files/student.safetensors") == sha256_of(folder / "files/student.safetensors")
    _, second = continued(1, 2, "second")
    _, third = continued(1, 3, "third")
    hashes = {sha256_of(path / "files/student.safetensors") for path in (still, second, third)}
    assert len(hashes) == 3  # trained on, and each rung on views of its own
    assert not (second / "checkpoint/prune.checkpoint").exists()


def test_a_student_that_stands_further_from_its_teacher_than_the_recipe_says_relearns(
    tmp_path: Path, unbroken: Any, prepared_folder: Path, teacher_folder: Path, backbone_record: dict[str, Any]
):
    _, folder, near, _ = unbroken
    record = _record(prepared_folder, teacher_folder, backbone_record, PRUNE, epochs=2)
    record["parameters"]["candidate"]["training"]["refinement"]["below_divergence"] = 0
    far, _ = _run(record, tmp_path)
    divergence = near["before_training"]["divergence"]
    assert near["before_training"] == {"divergence": divergence, "refined": True}
    assert far["before_training"] == {"divergence": divergence, "refined": False}
    assert divergence > 0
    assert sha256_of(tmp_path / "files/student.safetensors") != sha256_of(folder / "files/student.safetensors")


def test_a_latency_limit_holds_by_the_layer_times_that_the_task_is_given(
    tmp_path: Path, prepared_folder: Path, teacher_folder: Path, backbone_record: dict[str, Any]
):
    family = {"precision": "int8", "kernel": 1, "stride": 1, "output_size": 1, "multiple_of": 1, "outputs_step": 1}
    families = [
        {"kind": kind, "times": [{"inputs": 1, "outputs": 1, "us": 1}, {"inputs": 1, "outputs": 400, "us": 400}]}
        | family
        for kind in ("conv", "gemm")
    ]
    table = {
        "machine": "m",
        "threads": 1,
        "runtime": "r",
        "quantizer": "q",
        "channel_multiple": 8,
        "fixed_us": 10,
        "families": families,
        "left_out": [],
    }
    network = build_network(ARCHITECTURE, len(CLASSES), 0)
    names = [name for name, layer in network.named_modules() if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)]
    shape = {"precision": "int8", "kernel": 1, "stride": 1, "reduction": None, "inputs": 1, "outputs": 1}
    layers = [{"name": name, "kind": "gemm" if name == "classifier" else "conv"} | shape for name in names]
    folder = tmp_path / "times"
    folder.mkdir()
    (folder / "layer-times.json").write_text(json.dumps(table))
    (folder / "output.json").write_text(json.dumps({"network": {"input_size": SIZE, "layers": layers}}))

    def run(latency_ms: float, name: str) -> Any:
        prune = {"pruner": "knapsack", "importance": "taylor", "channel_multiple": 8, "latency_ms": latency_ms}
        record = _record(prepared_folder, teacher_folder, backbone_record, prune, epochs=0)
        record["inputs"]["time-layers"] = str(folder)
        return _run(record, tmp_path / name)[0]

    whole = run(1e6, "whole")
    pruned = run(0.6 * whole["predicted_latency_ms"], "pruned")
    check_record("compressed", pruned, "output.json")
    assert 0 < pruned["predicted_latency_ms"] <= 0.6 * whole["predicted_latency_ms"]
    assert pruned["parameters"] < whole["parameters"]
    with pytest.raises(TaskError, match="microseconds remain") as caught:
        run(1e-3, "least")
    assert caught.value.code == "CandidateRejected"


def test_a_ratio_out_of_reach_rejects_the_candidate(
    tmp_path: Path, prepared_folder: Path, teacher_folder: Path, backbone_record: dict[str, Any]
):
    record = _record(prepared_folder, teacher_folder, backbone_record, PRUNE | {"parameters_ratio": 0.01}, epochs=1)
    with pytest.raises(TaskError) as caught:
        _run(record, tmp_path)
    assert caught.value.code == "CandidateRejected"


def test_a_teacher_of_other_classes_is_refused(tmp_path: Path, prepared_folder: Path, backbone_record: dict[str, Any]):
    network = build_network(ARCHITECTURE, 9, 11)
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, tmp_path / "teacher.safetensors")
    (tmp_path / "output.json").write_text(json.dumps({"input_size": SIZE}))
    with pytest.raises(TaskError, match="Expected a teacher") as caught:
        _run(_record(prepared_folder, tmp_path, backbone_record, None, epochs=0), tmp_path)
    assert caught.value.code == "InvalidModel"


def test_teacher_views_are_a_function_of_seed_view_and_sample(
    tmp_path: Path, prepared_folder: Path, backbone_record: dict[str, Any]
):
    source = ViewSource(
        open_prepared_data(prepared_folder, CLASSES).crops(),
        3,
        Augmentation(),
        normalisation_of(read_backbone(backbone_record)),
    )
    teacher = build_network(ARCHITECTURE, len(CLASSES), 11).eval()
    progress = Progress("c", io.StringIO())
    checkpoint = Checkpoint(tmp_path / "views.checkpoint", progress)
    views = compute_teacher_views(
        teacher, SIZE, 2, source, checkpoint=checkpoint, progress=progress, stop=StopRequest(), batch_size=7
    )
    assert views.logits.shape == (2, 24, 3)
    assert [views.view_of(epoch) for epoch in range(4)] == [0, 1, 0, 1]
    with torch.no_grad():
        alone = teacher(source.batch(1, np.array([17, 4]), SIZE))
    torch.testing.assert_close(views.logits[1, [17, 4]], alone, rtol=1e-4, atol=1e-5)
    assert not torch.equal(views.logits[0], views.logits[1])


@pytest.mark.parametrize(
    ("epochs", "samples", "classes", "views"),
    [(1, 600, 5, 1), (5, 600, 5, 5), (40, 600, 5, 12), (40, 10**5, 100, 6), (40, 10**6, 1000, 1)],
)
def test_views_are_bounded_by_time_and_by_memory(epochs: int, samples: int, classes: int, views: int):
    assert view_count(epochs, samples, classes) == views


def test_the_loss_is_zero_for_equal_answers_and_grows_with_the_labels_share():
    logits = torch.tensor([[2.0, 0.0, -1.0]])
    labels = torch.tensor([2])
    only_teacher = Distillation(1, 1, 1e-3, 3.0, 1.0)
    assert distillation_loss(logits, logits, labels, only_teacher).item() == pytest.approx(0, abs=1e-6)
    only_labels = Distillation(1, 1, 1e-3, 3.0, 0.0)
    expected = torch.nn.functional.cross_entropy(logits, labels).item()
    assert distillation_loss(logits, -logits, labels, only_labels).item() == pytest.approx(expected)


def test_the_loss_has_the_gradient_of_the_softened_answers_whatever_the_temperature():
    teacher, labels = torch.tensor([[1.0, 0.0]]), torch.tensor([0])
    gradients = []
    for temperature in (10.0, 20.0):
        logits = torch.zeros(1, 2, requires_grad=True)
        distillation_loss(logits, teacher, labels, Distillation(1, 1, 1e-3, temperature, 1.0)).backward()
        assert logits.grad is not None
        gradients.append(logits.grad[0, 0].item())
    assert gradients[0] == pytest.approx(gradients[1], rel=0.01)
