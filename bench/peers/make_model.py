"""The fp32 file that both sides start from: a pretrained backbone with a linear probe as its head, exported by Decant.

Usage: python bench/peers/make_model.py ARCHITECTURE WEIGHTS SIZE OUTPUT.onnx [TRAIN.npy LABELS.npy]
WEIGHTS: a .pth or .safetensors file, or "random" (for speed only). Without TRAIN.npy the head keeps its ImageNet classes.
TRAIN.npy: uint8 [N,H,W,3]; LABELS.npy: int64 [N]. Runs in the project's environment.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gpu-tasks"))

from decant_tasks.export import export_onnx
from decant_tasks.model.backbone import (
    Backbone,
    build_network,
    head_of,
    pooled_features,
)
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.weights import assign_weights, read_weights_file

ARCHITECTURES = Path(__file__).resolve().parents[2] / "schemas" / "architectures.json"
IMAGENET_CLASSES = 1000
BATCH = 32
PROBE_STEPS = 300


def normalised_features(
    network: nn.Module, images: np.ndarray, backbone: Backbone
) -> torch.Tensor:
    """[N,features], in evaluation mode."""
    normalisation = normalisation_of(backbone)
    parts = []
    with torch.no_grad():
        for start in range(0, len(images), BATCH):
            batch = torch.from_numpy(images[start : start + BATCH].copy()).permute(
                0, 3, 1, 2
            )
            parts.append(
                pooled_features(
                    network, batch.float() * normalisation.scale + normalisation.shift
                )
            )
    return torch.cat(parts)


def fit_head(features: torch.Tensor, labels: torch.Tensor, head: nn.Linear) -> None:
    """Logistic regression by AdamW over all samples at once; `head` is trained in place."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=1e-2, weight_decay=1e-2)
    for _ in range(PROBE_STEPS):
        optimizer.zero_grad()
        nn.functional.cross_entropy(head(features), labels).backward()
        optimizer.step()


def imagenet_head(network: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """The file's last two tensors are its classifier."""
    weight, bias = list(weights.values())[-2:]
    head = head_of(network)
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)


def main() -> None:
    """Writes the ONNX file."""
    architecture, weights_file, size, output, *data = sys.argv[1:]
    torch.manual_seed(0)
    known = json.loads(ARCHITECTURES.read_text()).get(
        architecture, {"mean": [0.5] * 3, "std": [0.5] * 3}
    )
    backbone = Backbone(
        architecture, {}, int(size), tuple(known["mean"]), tuple(known["std"])
    )
    labels = torch.from_numpy(np.load(data[1], allow_pickle=False)) if data else None
    classes = IMAGENET_CLASSES if labels is None else int(labels.max()) + 1
    network = build_network(architecture, classes, 0).eval()
    if weights_file != "random":
        tensors = read_weights_file(Path(weights_file), None)
        assign_weights(network, tensors, architecture)
        if labels is None:
            imagenet_head(network, tensors)
    if labels is not None:
        fit_head(
            normalised_features(network, np.load(data[0], mmap_mode="r"), backbone),
            labels,
            head_of(network),
        )
    export_onnx(network, int(size), Path(output), backbone)


if __name__ == "__main__":
    main()
