"""The last epochs of a candidate: a copy of its exported graph, trained with simulated int8 to answer as it did.

The student and its model.onnx stay as they are: what is trained here is one more way to quantize them, and the writer
takes it only where it comes closer to them than calibration does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from torch import nn

from decant_tasks.compress.teacher_views import ViewSource, compute_teacher_views, view_count
from decant_tasks.data.augment import plain_batch
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.simulated_quantization.graph import read_graph
from decant_tasks.simulated_quantization.initial_ranges import set_initial_ranges
from decant_tasks.simulated_quantization.network import SimulatedNetwork
from decant_tasks.simulated_quantization.self_distillation import QuantizationTraining, train_simulated
from decant_tasks.simulated_quantization.trained_file import write_trained
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.loop import Curve

# For ranges to start from; they learn afterwards.
_RANGE_SAMPLES = 64
_BATCH = 32


@dataclass(frozen=True)
class StudentData:
    """images: training samples as evaluation sees them, at the student's size; validation: images and labels there."""

    source: ViewSource
    images: PackedArrays
    labels: np.ndarray
    validation: tuple[PackedArrays, np.ndarray]
    classes: int


def train_for_int8(
    student: nn.Module,
    size: int,
    folder: Path,
    recipe: QuantizationTraining,
    data: StudentData,
    *,
    checkpoint_of: Callable[[str], Checkpoint],
    progress: Progress,
    stop: StopRequest,
) -> tuple[dict[str, str], Curve]:
    """Reads the student's model.onnx in the folder and writes the trained files beside it; answers their names, and the
    curve."""
    model = onnx.load(folder / "model.onnx")
    device = data.source.normalisation.scale.device
    network = SimulatedNetwork(read_graph(model)).to(device)
    progress("looks for ranges to start from")
    picked = np.unique(np.linspace(0, len(data.images) - 1, _RANGE_SAMPLES).astype(int))
    parts = [picked[start : start + _BATCH] for start in range(0, len(picked), _BATCH)]
    normalise = data.source.normalisation
    set_initial_ranges(network, (normalise(plain_batch(data.images, part).to(device)) for part in parts))
    control = {"progress": progress, "stop": stop}
    views = compute_teacher_views(
        student.to(device),
        size,
        view_count(recipe.epochs, len(data.labels), data.classes),
        data.source,
        checkpoint=checkpoint_of("student-views"),
        **control,
    )
    result = train_simulated(
        network,
        size,
        recipe,
        views,
        data.source,
        data.labels,
        data.validation,
        checkpoint=checkpoint_of("quantization"),
        **control,
    )
    student.cpu()
    return write_trained(folder, model, network.cpu()), result.curve
