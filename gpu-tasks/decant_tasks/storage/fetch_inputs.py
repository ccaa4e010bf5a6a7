"""What a task reads, brought to this machine: finished steps, and weights that the job names in a bucket."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from decant_tasks.errors import TaskError
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.storage.address import S3Address, is_s3_address, parse_s3_address
from decant_tasks.storage.finished_step import download_step
from decant_tasks.storage.objects import Expected, S3Objects

_WEIGHTS_BYTES_MAX = 8 * 2**30


def fetch_inputs(
    task_input: TaskInput, objects: S3Objects, folder: Path, check: Callable[[], object] = lambda: None
) -> TaskInput:
    """The same input with local folders under `folder` in place of addresses."""
    inputs = {
        step: download_step(objects, parse_s3_address(str(place)), folder / step, check)
        if is_s3_address(str(place))
        else place
        for step, place in task_input.inputs.items()
    }
    weights = _weights_of(task_input)
    if weights is None:
        return replace(task_input, inputs=inputs)
    backbone: dict[str, Any] = task_input.parameters["backbone"]
    local = backbone["weights"] | {"path": str(_fetch_weights(objects, *weights, folder / "weights"))}
    return replace(
        task_input, inputs=inputs, parameters=task_input.parameters | {"backbone": backbone | {"weights": local}}
    )


def _weights_of(task_input: TaskInput) -> tuple[S3Address, str] | None:
    weights = task_input.parameters.get("backbone", {}).get("weights", {})
    if weights.get("kind") == "file" and is_s3_address(weights["path"]):
        return parse_s3_address(weights["path"]), weights["sha256"]
    return None


def _fetch_weights(objects: S3Objects, address: S3Address, sha256: str, folder: Path) -> Path:
    size_bytes = objects.size_bytes(address)
    if size_bytes is None or size_bytes > _WEIGHTS_BYTES_MAX:
        what = "no object" if size_bytes is None else f"{size_bytes} bytes"
        message = f"Expected weights of at most {_WEIGHTS_BYTES_MAX} bytes, got {what}."
        raise TaskError("InvalidModel", message, str(address))
    # Only the suffix means something to what reads it.
    suffix = re.search(r"\.[A-Za-z0-9]{1,20}$", address.name)
    path = folder / f"weights{suffix[0] if suffix else ''}"
    objects.download(address, path, Expected(size_bytes, sha256))
    return path
