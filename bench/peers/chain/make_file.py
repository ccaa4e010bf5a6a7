"""One peer's fp32 ONNX file: fine-tuned, or pruned and fine-tuned again; its answer is one line of JSON.

Usage: python bench/peers/chain/make_file.py REQUEST.json, whose keys are those of `Request` in make-file.ts.
Runs in the project's environment, which has timm and torch-pruning; every side's fp32 file is exported by the same code.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "gpu-tasks"))

from decant_tasks.determinism import make_deterministic
from decant_tasks.memory import keep_freed_memory

# isort: split
import torch
from decant_tasks.export import export_onnx
from decant_tasks.model.backbone import (
    Backbone,
    build_network,
    count_parameters,
    head_of,
)
from decant_tasks.model.normalise import normalisation_of
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import assign_weights, read_weights_file
from fine_tune import RECIPES, Training, fine_tune
from pictures import Pictures, open_pictures
from probe import fit_head
from prune import prune
from safetensors.torch import load_file, save_file

ARCHITECTURES = json.loads((ROOT / "schemas" / "architectures.json").read_text())


def main() -> None:
    """Writes the ONNX file and, where asked, the weights."""
    request = json.loads(Path(sys.argv[1]).read_text())
    # As fast as Decant's own tasks: its seconds bound the peers' training.
    keep_freed_memory()
    make_deterministic(request["threads"])
    architecture, size, seed = request["architecture"], request["size"], request["seed"]
    known = ARCHITECTURES[architecture]
    mean, std = tuple(known["mean"]), tuple(known["std"])
    backbone = Backbone(architecture, {}, size, mean, std)
    normalise = normalisation_of(backbone)
    network = build_network(architecture, request["classes"], seed)
    if request.get("start"):
        network.load_state_dict(load_file(request["start"]))
    else:
        weights = read_weights_file(Path(request["weights"]), None)
        assign_weights(network, weights, architecture)
    network = set_static_padding(network, size)
    if request.get("pruning_ratio") is not None:
        ratio, plain = request["pruning_ratio"], plain_pictures(request)
        network = prune(network, head_of(network), ratio, size, plain, normalise, seed)
    answer = {"images_seen": 0, "training_seconds": 0.0, "validation_top1": None}
    if request["images"] > 0:
        recipe = RECIPES[request["recipe"]]
        if recipe.probe_first:
            plain = plain_pictures(request)
            fit_head(network, head_of(network), plain, normalise, seed)
        trained = fine_tune(
            network,
            Training(size, seed, request["images"], request["seconds"], recipe),
            open_pictures(request["train_crops"], request["train_labels"]),
            open_pictures(request["validation_pixels"], request["validation_labels"]),
            normalise,
        )
        network = trained.network
        answer = {
            "images_seen": trained.images_seen,
            "training_seconds": round(trained.seconds, 1),
            "validation_top1": trained.validation_top1,
        }
    network.eval()
    if request.get("state"):
        state = {name: t.contiguous() for name, t in network.state_dict().items()}
        save_file(state, request["state"])
    export_onnx(network, size, Path(request["onnx"]), backbone)
    print(json.dumps({**answer, "parameters": count_parameters(network)}))


def plain_pictures(request: dict) -> Pictures:
    """The training pictures at the input size, not augmented."""
    return open_pictures(request["train_pixels"], request["train_labels"])


if __name__ == "__main__":
    torch.set_num_interop_threads(1)
    main()
