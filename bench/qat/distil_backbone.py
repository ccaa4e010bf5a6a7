"""Weights for a network that no package registry has: distilled from EfficientNet-Lite0's ImageNet answers, from random
weights, on the pictures at hand; then a linear probe for their classes. Modest accuracy: int8 against fp32 is the point.

Usage: python bench/qat/distil_backbone.py ARCHITECTURE LITE0.pth SIZE MINUTES OUTPUT.onnx CROPS.npy TRAIN.npy LABELS.npy
[MORE-CROPS.npy ...]. CROPS and MORE-CROPS, uint8 [N,H,W,3] and of one size, are distilled on; TRAIN and LABELS probed.
Inputs are normalised as (x - 127.5) / 127.5. One thread.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path[:0] = [
    str(Path(__file__).resolve().parents[2] / "gpu-tasks"),
    str(Path(__file__).resolve().parents[1] / "peers"),
]

from decant_tasks.compress.distill import Distillation, distillation_loss
from decant_tasks.data.augment import Augmentation, augmented_batch
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.export import export_onnx
from decant_tasks.model.backbone import Backbone, build_network, head_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import assign_weights, read_weights_file
from decant_tasks.training.schedule import learning_rate_at
from make_model import fit_head, imagenet_head, normalised_features

VIEWS, BATCH, TEACHER_SIZE = 8, 64, 128
RECIPE = Distillation(0, BATCH, 2e-3, 2.0, 1.0)
AUGMENTATION = Augmentation(scale=(0.35, 1.0))
CLASSES = 1000


def views_of(
    crops: PackedArrays, view: int, indices: np.ndarray, size: int
) -> torch.Tensor:
    """Normalised images of one augmented view."""
    pixels = augmented_batch(crops, indices, size, 0, view, AUGMENTATION)
    return (pixels - 127.5) / 127.5


@torch.no_grad()
def teacher_answers(weights_file: Path, crops: PackedArrays) -> torch.Tensor:
    """Logits [VIEWS,N,1000]."""
    network = build_network("tf_efficientnet_lite0", CLASSES, 0)
    weights = read_weights_file(weights_file, None)
    imagenet_head(assign_weights(network, weights, "lite0"), weights)
    set_static_padding(network, TEACHER_SIZE).eval()
    starts = range(0, len(crops), BATCH)
    parts = [np.arange(start, min(start + BATCH, len(crops))) for start in starts]
    views = [
        torch.cat(
            [network(views_of(crops, view, part, TEACHER_SIZE)) for part in parts]
        )
        for view in range(VIEWS)
    ]
    return torch.stack(views)


def distil(
    network: nn.Module,
    crops: PackedArrays,
    answers: torch.Tensor,
    size: int,
    seconds: float,
) -> None:
    """AdamW with a cosine over the time; trains in place."""
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=RECIPE.learning_rate, weight_decay=0.02
    )
    random, start_s, epoch = np.random.default_rng(0), time.monotonic(), 0
    while time.monotonic() - start_s < seconds:
        order = random.permutation(len(crops))
        for first in range(0, len(crops) - BATCH + 1, BATCH):
            passed = min(999, int(1000 * (time.monotonic() - start_s) / seconds))
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(passed, 1000, RECIPE.learning_rate, 0.02)
            indices, view = order[first : first + BATCH], epoch % VIEWS
            logits = network.train()(views_of(crops, view, indices, size))
            wanted = answers[view, torch.from_numpy(indices)]
            loss = distillation_loss(logits, wanted, wanted.argmax(dim=1), RECIPE)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
        epoch += 1
        print(f"epoch {epoch}: loss {loss.item():.3f}", file=sys.stderr)


def main() -> None:
    """Writes the ONNX file."""
    architecture, weights_file, size, minutes, output, *files = sys.argv[1:]
    torch.set_num_threads(1)
    crop_files = [files[0], *files[3:]]
    arrays = tuple(np.load(path, mmap_mode="r") for path in crop_files)
    starts = np.concatenate([[0], np.cumsum([len(array) for array in arrays])])
    crops = PackedArrays(arrays, starts, arrays[0].shape[1])
    answers = teacher_answers(Path(weights_file), crops)
    trained = build_network(architecture, CLASSES, 0)
    distil(trained, crops, answers, int(size), 60 * float(minutes))
    labels = torch.from_numpy(np.load(files[2]))
    network = build_network(architecture, int(labels.max()) + 1, 0).eval()
    own = network.state_dict()
    fitting = {
        name: value
        for name, value in trained.state_dict().items()
        if value.shape == own[name].shape
    }
    network.load_state_dict(fitting, strict=False)
    half = (0.5, 0.5, 0.5)
    backbone = Backbone(architecture, {}, int(size), half, half)
    features = normalised_features(network, np.load(files[1], mmap_mode="r"), backbone)
    fit_head(features, labels, head_of(network))
    export_onnx(network, int(size), Path(output), backbone)


if __name__ == "__main__":
    main()
