"""Compress: the teacher, pruned to a candidate's limits and distilled at its input size, exported as fp32 ONNX."""

import copy
import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.batch_norm import adopt_statistics, reestimate_statistics
from decant_tasks.compress.distill import Distillation, distill
from decant_tasks.compress.prune import TrainingSamples, prune, read_pruning
from decant_tasks.compress.student_files import write_student
from decant_tasks.compress.teacher_views import ViewSource, compute_teacher_views, view_count
from decant_tasks.data.augment import Augmentation
from decant_tasks.data.prepared_data import PreparedData, open_prepared_data
from decant_tasks.determinism import device_named
from decant_tasks.errors import TaskError
from decant_tasks.export import check_parity, export_onnx
from decant_tasks.model.backbone import Backbone, build_network, count_parameters, read_backbone
from decant_tasks.model.macs import count_macs
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import read_safetensors
from decant_tasks.protocol.files import write_json
from decant_tasks.tasks.fine_tune import parity_images
from decant_tasks.tasks.task import Task, TaskContext
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import predict_logits, score_logits

# Mild, as in fine-tuning: crops of half the area can miss a defect of a few pixels.
AUGMENTATION = Augmentation(scale=(0.7, 1.0), brightness=0.1, contrast=0.1, saturation=0.1)


def run(context: TaskContext) -> dict[str, Any]:
    """Writes student.safetensors, student.json, model.onnx and curves.json; answers CompressedOutput."""
    parameters = context.task_input.parameters
    candidate, device = parameters["candidate"], device_named(parameters["device"])
    size = candidate["input_size"]
    backbone = read_backbone(parameters["backbone"])
    data = open_prepared_data(context.task_input.folder_of("prepare-data"), parameters["classes"])
    teacher, teacher_size = load_teacher(context.task_input.folder_of("fine-tune"), backbone, data.classes, device)

    student, curve = _make_student(context, candidate, backbone, data, teacher, teacher_size)
    student = set_static_padding(student, size).cpu()
    write_student(context.folder, student, backbone.architecture, data.classes, size)
    export_onnx(student, size, context.folder / "model.onnx", backbone)
    write_json(context.folder / "curves.json", curve)
    images = data.images("validation", size)
    normalisation = normalisation_of(backbone)
    score = score_logits(predict_logits(student, images, normalisation), data.labels("validation"))
    return {
        "candidate": candidate,
        "validation_top1": score.top1,
        "validation_count": len(images),
        "parameters": count_parameters(student),
        "macs": count_macs(student, size),
        "parity": check_parity(student, context.folder / "model.onnx", parity_images(data, size), normalisation),
        "files": {"weights": "student.safetensors", "onnx": "model.onnx", "curves": "curves.json"},
    }


def load_teacher(folder: Path, backbone: Backbone, classes: int, device: torch.device) -> tuple[nn.Module, int]:
    """The teacher that FineTune wrote, on the device, and its input size."""
    try:
        size = int(json.loads((folder / "output.json").read_bytes())["input_size"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TaskError("InvalidInput", f"Expected the record of FineTune, got: {error!r}", "output.json") from error
    network = build_network(backbone.architecture, classes, 0)
    try:
        network.load_state_dict(read_safetensors(folder / "teacher.safetensors"))
    except RuntimeError as error:
        message = f"Expected a teacher of this architecture and these classes: {error}"
        raise TaskError("InvalidModel", message, "teacher.safetensors") from error
    return set_static_padding(network, size).to(device), size


def _make_student(
    context: TaskContext,
    candidate: dict[str, Any],
    backbone: Backbone,
    data: PreparedData,
    teacher: nn.Module,
    teacher_size: int,
) -> tuple[nn.Module, list[dict[str, Any]]]:
    """The trained student and its curve."""
    size, seed = candidate["input_size"], context.task_input.seed
    recipe, pruning = Distillation(**candidate["training"]), read_pruning(candidate["prune"])
    normalisation = normalisation_of(backbone, next(teacher.parameters()).device)
    labels = data.labels("train")
    samples = TrainingSamples(data.images("train", size), labels, normalisation)

    student, changed = copy.deepcopy(teacher), pruning is not None or size != teacher_size
    if changed or recipe.epochs > 0:
        # Pruning, other sizes and training all put the data's statistics in place of the pretraining photos'.
        context.progress("adopts the data's statistics")
        plain = TrainingSamples(data.images("train", teacher_size), labels, normalisation)
        student = adopt_statistics(student, (images for images, _ in plain.batches()))
    student = set_static_padding(student, size)
    if pruning is not None:
        context.progress("prunes")
        student = prune(student, size, pruning, samples, _checkpoint(context, "prune"))
    if changed:
        student = reestimate_statistics(student, (images for images, _ in samples.batches()))
    if recipe.epochs == 0:
        return student, []

    source = ViewSource(data.crops(), seed, AUGMENTATION, normalisation)
    control = {"progress": context.progress, "stop": context.stop}
    views = compute_teacher_views(
        teacher,
        teacher_size,
        view_count(recipe.epochs, len(labels), data.classes),
        source,
        checkpoint=_checkpoint(context, "teacher-views"),
        **control,
    )
    validation = (data.images("validation", size), data.labels("validation"))
    result = distill(
        student, size, recipe, views, source, labels, validation, checkpoint=_checkpoint(context, "distill"), **control
    )
    student.load_state_dict(result.state)
    return student, result.curve


def _checkpoint(context: TaskContext, phase: str) -> Checkpoint:
    path = context.checkpoint_folder / f"{phase}.checkpoint"
    return Checkpoint(path, context.progress, context.checkpoint_interval_s)


COMPRESS = Task("compress", "compressed", run)
