"""student.safetensors and student.json: weights, and the blocks and widths that the network must have before it takes
them."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from decant_tasks.compress.blocks import check_blocks, find_blocks, remove_blocks
from decant_tasks.compress.cut import describe_shapes, narrow_to
from decant_tasks.errors import TaskError
from decant_tasks.model.activations import replace_hard_swish
from decant_tasks.model.backbone import build_network
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.model.weights import read_safetensors
from decant_tasks.protocol.files import write_json, write_whole

WEIGHTS_FILE = "student.safetensors"
DESCRIPTION_FILE = "student.json"


def write_student(
    folder: Path, network: nn.Module, architecture: str, classes: int, input_size: int, activation: str | None = None
) -> None:
    """Writes both files, with the names of blocks that the network does without. activation: a candidate's, what
    stands in place of every hard-swish."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    write_whole(folder / WEIGHTS_FILE, lambda part: save_file(tensors, part))
    description = {
        "architecture": architecture,
        "classes": classes,
        "input_size": input_size,
        "layers": describe_shapes(network),
        "removed": removed_blocks(network, architecture, input_size),
    } | ({} if activation is None else {"activation": activation})
    write_json(folder / DESCRIPTION_FILE, description)


def read_student(folder: Path) -> nn.Module:
    """The network again, in evaluation mode, padded for its input size. No pickle is involved."""
    try:
        description = json.loads((folder / DESCRIPTION_FILE).read_bytes())
        architecture, layers, removed = (description[name] for name in ("architecture", "layers", "removed"))
        classes, input_size = int(description["classes"]), int(description["input_size"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TaskError(
            "InvalidModel", f"Expected a student's description, got: {error!r}", DESCRIPTION_FILE
        ) from error
    network = build_network(architecture, classes, 0)
    network = narrow_to(remove_blocks(network, check_blocks(network, input_size, removed)), layers)
    if description.get("activation") == "relu":
        replace_hard_swish(network)
    tensors: dict[str, torch.Tensor] = read_safetensors(folder / WEIGHTS_FILE)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise TaskError("InvalidModel", f"Expected weights of the described widths: {error}", WEIGHTS_FILE) from error
    return set_static_padding(network, input_size).eval()


def removed_blocks(network: nn.Module, architecture: str, input_size: int) -> list[str]:
    """Blocks of the architecture in whose place the network has an identity."""
    blocks = find_blocks(build_network(architecture, 1, 0), input_size)
    return [name for name in blocks if isinstance(network.get_submodule(name), nn.Identity)]
