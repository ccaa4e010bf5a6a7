"""FineTune: a linear probe at each input size, then every other wanted transfer strategy at the best one's; the best on
validation becomes the teacher, exported at its input size and at the pretrained one."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from decant_tasks.data.prepared_data import PreparedData, open_prepared_data
from decant_tasks.determinism import device_named
from decant_tasks.export import check_parity, export_onnx
from decant_tasks.model.backbone import Backbone, build_network, count_parameters, read_backbone
from decant_tasks.model.macs import count_macs
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import load_pretrained
from decant_tasks.protocol.files import write_json, write_whole
from decant_tasks.tasks.task import Task, TaskContext
from decant_tasks.training.evaluate import Score
from decant_tasks.transfers.linear_probe import LINEAR_PROBE
from decant_tasks.transfers.list import wanted_transfers
from decant_tasks.transfers.transfer import Recipe, Transfer, TransferContext, TransferResult

PARITY_SAMPLES = 64
# A larger input leaves students more choice, and validation is small: a smaller one must be clearly better. The loss is
# a finer measure than top-1 over few samples.
SMALLER_LOSS_RATIO = 0.9


def run(context: TaskContext) -> dict[str, Any]:
    """Writes teacher.safetensors, teacher.onnx, baseline.onnx and curves.json; answers TeacherOutput."""
    parameters = context.task_input.parameters
    terms = dict(parameters["recipe"])
    smaller_sizes = terms.pop("smaller_sizes")
    recipe = Recipe(**terms)
    backbone = read_backbone(parameters["backbone"])
    device = device_named(parameters["device"])
    data = open_prepared_data(context.task_input.folder_of("prepare-data"), parameters["classes"])
    results = _run_transfers(context, backbone, recipe, smaller_sizes, data, device)
    winner = choose_winner([result for result in results if result.input_size == results[-1].input_size])
    size = winner.input_size

    network = build_network(backbone.architecture, data.classes, context.task_input.seed)
    network.load_state_dict(winner.state)
    set_static_padding(network, size)
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    write_whole(context.folder / "teacher.safetensors", lambda part: save_file(tensors, part))
    export_onnx(network, size, context.folder / "teacher.onnx", backbone)
    export_onnx(network, backbone.input_size, context.folder / "baseline.onnx", backbone)
    curves = [point for result in results if result.input_size == size for point in result.curve]
    write_json(context.folder / "curves.json", curves)
    images = parity_images(data, size)
    return {
        "architecture": backbone.architecture,
        "input_size": size,
        "strategy": winner.name,
        "strategies": [result.describe() for result in results],
        "validation_count": data.count("validation"),
        "parameters": count_parameters(network),
        "macs": count_macs(network, size),
        "parity": check_parity(network, context.folder / "teacher.onnx", images, normalisation_of(backbone)),
        "files": {
            "weights": "teacher.safetensors",
            "onnx": "teacher.onnx",
            "baseline": "baseline.onnx",
            "curves": "curves.json",
        },
    }


def parity_images(data: PreparedData, input_size: int) -> np.ndarray:
    """Up to 64 validation samples, spread over the split: uint8 [N,size,size,3]."""
    count = data.count("validation")
    indices = np.unique(np.linspace(0, count - 1, min(count, PARITY_SAMPLES)).astype(np.int64))
    return data.images("validation", input_size).batch(indices)


def choose_winner(results: list[TransferResult]) -> TransferResult:
    """The highest validation top-1, at a tie the lowest validation loss."""
    winner = results[0]
    for result in results[1:]:
        if result.score.beats(winner.score):
            winner = result
    return winner


def choose_size(probes: Mapping[int, Score]) -> int:
    """By input size: the largest, unless a smaller one's loss is clearly lower."""
    best, *smaller = sorted(probes, reverse=True)
    for size in smaller:
        if probes[size].loss < SMALLER_LOSS_RATIO * probes[best].loss:
            best = size
    return best


def _run_transfers(
    context: TaskContext,
    backbone: Backbone,
    recipe: Recipe,
    smaller_sizes: list[int],
    data: PreparedData,
    device: torch.device,
) -> list[TransferResult]:
    """Probes by falling input size, that of the size that goes on last, then what was made from it."""
    seed = context.task_input.seed
    pretrained_state: dict[str, torch.Tensor] = {}

    def pretrained(size: int) -> nn.Module:
        network = build_network(backbone.architecture, data.classes, seed)
        if pretrained_state:
            network.load_state_dict(pretrained_state)
        else:
            load_pretrained(network, backbone.architecture, backbone.weights)
            pretrained_state.update({k: v.clone() for k, v in network.state_dict().items()})
        return set_static_padding(network, size).to(device)

    def context_at(size: int) -> TransferContext:
        return TransferContext(
            recipe=dataclasses.replace(recipe, input_size=size),
            data=data,
            pretrained=lambda: pretrained(size),
            normalisation=normalisation_of(backbone, device),
            seed=seed,
            progress=context.progress,
            stop=context.stop,
            checkpoint_folder=context.checkpoint_folder,
            checkpoint_interval_s=context.checkpoint_interval_s,
        )

    probes: dict[int, TransferResult] = {}
    for size in (recipe.input_size, *smaller_sizes):
        context.progress(f"{LINEAR_PROBE.name}: starts at {size} px")
        probes[size] = _run_or_load(LINEAR_PROBE, context_at(size), {})
    best = probes.pop(choose_size({size: probe.score for size, probe in probes.items()}))
    results = {LINEAR_PROBE.name: best}
    for transfer in wanted_transfers(recipe):
        if transfer is not LINEAR_PROBE:
            context.progress(f"{transfer.name}: starts at {best.input_size} px")
            results[transfer.name] = _run_or_load(transfer, context_at(best.input_size), results)
    return [*probes.values(), *results.values()]


def _run_or_load(transfer: Transfer, context: TransferContext, earlier: dict[str, TransferResult]) -> TransferResult:
    """A strategy that finished before the process was ended is not run again."""
    size = context.recipe.input_size
    finished = context.checkpoint(f"{transfer.name}-{size}-finished")
    saved = finished.load()
    if saved is not None:
        score = Score(saved["top1"], saved["loss"])
        return TransferResult(transfer.name, size, saved["state"], score, saved["steps"], saved["curve"])
    result = transfer.run(context, earlier)
    numbers = {"top1": result.score.top1, "loss": result.score.loss, "steps": result.steps}
    finished.save(numbers | {"state": result.state, "curve": result.curve})
    return result


FINE_TUNE = Task("fine-tune", "teacher", run)
