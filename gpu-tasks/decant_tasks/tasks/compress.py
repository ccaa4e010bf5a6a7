"""Compress: the teacher, pruned to a candidate's limits and distilled at its input size, exported as fp32 ONNX."""

import dataclasses
import json
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from decant_tasks.compress.begin_student import begin_student, continue_student
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.distill import Distillation, distill
from decant_tasks.compress.manner import divergence_from_teacher, read_training, refined
from decant_tasks.compress.prune import TrainingSamples
from decant_tasks.compress.student_files import removed_blocks, write_student
from decant_tasks.compress.teacher_views import ViewSource, compute_teacher_views, view_count
from decant_tasks.compress.timed_network import TimedNetwork, read_timed_network
from decant_tasks.data.augment import Augmentation
from decant_tasks.data.prepared_data import PreparedData, open_prepared_data
from decant_tasks.determinism import device_named
from decant_tasks.errors import TaskError
from decant_tasks.export import check_parity, export_onnx
from decant_tasks.model.backbone import Backbone, build_network, count_parameters, read_backbone
from decant_tasks.model.macs import count_macs
from decant_tasks.model.normalise import Normalisation, normalisation_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import read_safetensors
from decant_tasks.protocol.files import write_json
from decant_tasks.simulated_quantization.self_distillation import QuantizationTraining
from decant_tasks.simulated_quantization.train_student import StudentData, train_for_int8
from decant_tasks.tasks.fine_tune import parity_images
from decant_tasks.tasks.task import Task, TaskContext
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import predict_logits, score_logits
from decant_tasks.training.loop import Curve

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

    timed = _timed_network(context, candidate)
    student, curve, before_training = _make_student(context, candidate, backbone, data, teacher, teacher_size, timed)
    planned, _ = read_training(candidate["training"])
    student = set_static_padding(student, size).cpu()
    write_student(context.folder, student, backbone.architecture, data.classes, size, candidate.get("activation"))
    export_onnx(student, size, context.folder / "model.onnx", backbone)
    trained_files, quantization_curve = _train_for_int8(
        context, candidate, data, student, normalisation_of(backbone, device)
    )
    write_json(context.folder / "curves.json", [*curve, *quantization_curve])
    images = data.images("validation", size)
    normalisation = normalisation_of(backbone)
    score = score_logits(predict_logits(student, images, normalisation), data.labels("validation"))
    return {
        "candidate": candidate,
        "validation_top1": score.top1,
        "validation_count": len(images),
        "parameters": count_parameters(student),
        "macs": count_macs(student, size),
        "removed_blocks": removed_blocks(student, backbone.architecture, size),
        "before_training": before_training,
        "epochs_missed": float_epochs_of(planned).epochs - len(curve),
        "predicted_latency_ms": None if timed is None else CostModel(student, (), size, timed).total({}).us / 1000,
        "parity": check_parity(student, context.folder / "model.onnx", parity_images(data, size), normalisation),
        "files": {"weights": "student.safetensors", "onnx": "model.onnx", "curves": "curves.json", **trained_files},
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
    timed: TimedNetwork | None,
) -> tuple[nn.Module, Curve, dict[str, Any] | None]:
    """The trained student, its curve, and how it stood before training, if it was trained."""
    size, seed = candidate["input_size"], context.task_input.seed
    terms, refinement = read_training(candidate["training"])
    recipe, labels = float_epochs_of(terms), data.labels("train")
    normalisation = normalisation_of(backbone, next(teacher.parameters()).device)
    samples = {s: TrainingSamples(data.images("train", s), labels, normalisation) for s in (teacher_size, size)}
    if "continues" in candidate:
        student = continue_student(context.task_input.folder_of("compress"), candidate, teacher)
        seed += candidate["rung"]  # other views, in another order, than in the rungs before
    else:
        keep = {"checkpoint": _checkpoint(context, "prune"), "progress": context.progress}
        student = begin_student(candidate, teacher, teacher_size, samples, timed, **keep)
    if recipe.epochs == 0:
        return student, [], None

    own, teachers = samples[size], samples[teacher_size]
    divergence = divergence_from_teacher(student, size, own.inputs(), teacher, teacher_size, teachers.inputs())
    is_near = False
    if refinement is not None and divergence < refinement.below_divergence:
        recipe, is_near = refined(recipe, refinement), True
    context.progress(f"stands {divergence:.2f} nats from its teacher and {'is refined' if is_near else 'relearns'}")
    source = ViewSource(data.crops(), seed, AUGMENTATION, normalisation, recipe.mixed_share)
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
        student,
        size,
        recipe,
        views,
        source,
        labels,
        validation,
        own.inputs,
        checkpoint=_checkpoint(context, "distill"),
        **control,
    )
    student.load_state_dict(result.state)
    return student, result.curve, {"divergence": divergence, "refined": is_near}


def float_epochs_of(recipe: Distillation) -> Distillation:
    """The recipe without its last epochs, which simulate int8."""
    epochs = recipe.epochs - recipe.quantization_epochs
    if epochs < 0:
        counts = f"{recipe.quantization_epochs} of {recipe.epochs}"
        raise TaskError("InvalidInput", f"Expected quantization_epochs to be among the epochs, got {counts}.")
    return dataclasses.replace(recipe, epochs=epochs)


def _train_for_int8(
    context: TaskContext,
    candidate: dict[str, Any],
    data: PreparedData,
    student: nn.Module,
    normalisation: Normalisation,
) -> tuple[dict[str, Any], Curve]:
    """For output.json: where the trained files are, if the candidate asked for them; and the curve."""
    (training, _), size = read_training(candidate["training"]), candidate["input_size"]
    if training.quantization_epochs == 0:
        return {}, []
    labels, validation = data.labels("train"), (data.images("validation", size), data.labels("validation"))
    source = ViewSource(data.crops(), context.task_input.seed, AUGMENTATION, normalisation)
    files, curve = train_for_int8(
        student,
        size,
        context.folder,
        QuantizationTraining(training.quantization_epochs, training.batch_size),
        StudentData(source, data.images("train", size), labels, validation, data.classes),
        checkpoint_of=partial(_checkpoint, context),
        progress=context.progress,
        stop=context.stop,
    )
    return {"trained_for_int8": files}, curve


def _timed_network(context: TaskContext, candidate: dict[str, Any]) -> TimedNetwork | None:
    """Layer times are an input only where the recipe limits the latency."""
    limited = candidate["prune"] is not None and "latency_ms" in candidate["prune"]
    return read_timed_network(context.task_input.folder_of("time-layers")) if limited else None


def _checkpoint(context: TaskContext, phase: str) -> Checkpoint:
    path = context.checkpoint_folder / f"{phase}.checkpoint"
    return Checkpoint(path, context.progress, context.checkpoint_interval_s)


COMPRESS = Task("compress", "compressed", run)
