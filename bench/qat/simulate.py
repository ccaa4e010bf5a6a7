"""Trains a float classifier's exported graph with simulated int8, as Compress does for quantization_epochs.

Usage: python bench/qat/simulate.py FLOAT.onnx DATA OUTPUT EPOCHS LEARNING_RATE SEED
DATA: folder with crops.npy and train.npy, uint8 [N,H,W,3], train-labels.npy and the same of held-out. Images are
normalised as (x - 127.5) / 127.5. OUTPUT gets int8-trained.onnx, ranges.json and record.json. One thread.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gpu-tasks"))

import onnx
from decant_tasks.compress.teacher_views import ViewSource
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.model.backbone import Backbone
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.simulated_quantization.graph import read_graph
from decant_tasks.simulated_quantization.network import SimulatedNetwork
from decant_tasks.simulated_quantization.self_distillation import QuantizationTraining
from decant_tasks.simulated_quantization.train_student import (
    StudentData,
    train_for_int8,
)
from decant_tasks.tasks.compress import AUGMENTATION
from decant_tasks.training.checkpoint import Checkpoint

BATCH = 32


def packed(path: Path) -> PackedArrays:
    """One array as the trainer reads them."""
    array = np.load(path, mmap_mode="r")
    return PackedArrays((array,), np.array([0, len(array)]), array.shape[1])


def main() -> None:
    """Writes the three files."""
    float_file, data, output = map(Path, sys.argv[1:4])
    epochs, learning_rate, seed = int(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6])
    torch.set_num_threads(1)
    train, labels = packed(data / "train.npy"), np.load(data / "train-labels.npy")
    held_out = packed(data / "held-out.npy"), np.load(data / "held-out-labels.npy")
    half = (0.5, 0.5, 0.5)
    normalisation = normalisation_of(Backbone("", {}, train.size, half, half))
    output.mkdir(parents=True, exist_ok=True)
    (output / "model.onnx").write_bytes(float_file.read_bytes())
    # The float network is the same graph without rounding.
    student = SimulatedNetwork(read_graph(onnx.load(float_file))).eval()
    student.rounding = False
    progress, start_s = Progress("qat", sys.stderr), time.process_time()
    classes = int(labels.max()) + 1
    source = ViewSource(packed(data / "crops.npy"), seed, AUGMENTATION, normalisation)
    _, curve = train_for_int8(
        student,
        train.size,
        output,
        QuantizationTraining(epochs, BATCH, learning_rate),
        StudentData(source, train, labels, held_out, classes),
        checkpoint_of=lambda phase: Checkpoint(
            output / f"{phase}.checkpoint", progress
        ),
        progress=progress,
        stop=StopRequest(),
    )
    record = {
        "epochs": epochs,
        "learning_rate": learning_rate,
        "seed": seed,
        "samples": len(labels),
        "cpu_seconds": round(time.process_time() - start_s, 1),
        "train_kl": [point["train_loss"] for point in curve],
        "torch": torch.__version__,
    }
    (output / "record.json").write_text(json.dumps(record))


if __name__ == "__main__":
    main()
