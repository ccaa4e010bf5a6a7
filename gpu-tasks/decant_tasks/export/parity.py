"""Holds an exported file against PyTorch on real samples.

Relative error of a sample = |onnx - torch| / |torch|, Euclidean norms over its logits; the maximum over samples counts.
A tie: the two largest logits of PyTorch are closer than twice the tolerance times the norm, so neither order is wrong.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from decant_tasks.errors import TaskError
from decant_tasks.export.frozen_forward import open_session
from decant_tasks.model.normalise import Normalisation

RELATIVE_ERROR_LIMIT = 1e-4


def _run_onnx(path: Path, images: np.ndarray) -> np.ndarray:
    session = open_session(str(path))
    inputs = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
    return np.concatenate([np.asarray(session.run(["logits"], {"images": image[None]})[0]) for image in inputs])


def _run_torch(network: nn.Module, images: np.ndarray, normalisation: Normalisation) -> np.ndarray:
    was_training = network.training
    device = next(network.parameters()).device
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).to(device)
    with torch.inference_mode():
        network.eval()
        parts = [network(normalisation(part)) for part in pixels.split(16)]
    network.train(was_training)
    return torch.cat(parts).float().cpu().numpy()


def parity(network: nn.Module, path: Path, images: np.ndarray, normalisation: Normalisation) -> dict[str, Any]:
    """Parity of teacher.schema.json for uint8 [N,size,size,3] images; the network's padding must be that size's."""
    expected = _run_torch(network, images, normalisation).astype(np.float64)
    found = _run_onnx(path, images).astype(np.float64)
    norms = np.maximum(np.linalg.norm(expected, axis=1), np.finfo(np.float32).tiny)
    errors = np.linalg.norm(found - expected, axis=1) / norms
    top = np.sort(expected, axis=1)
    ties = (top[:, -1] - top[:, -2]) < 2 * RELATIVE_ERROR_LIMIT * norms
    equal = expected.argmax(axis=1) == found.argmax(axis=1)
    error = float(errors.max()) if np.isfinite(found).all() else float(np.finfo(np.float32).max)
    return {
        "relative_error_max": error,
        "argmax_equal": int(equal.sum()),
        "ties": int((ties & ~equal).sum()),
        "n": len(images),
    }


def check_parity(network: nn.Module, path: Path, images: np.ndarray, normalisation: Normalisation) -> dict[str, Any]:
    """Parity, or CandidateRejected where the file answers otherwise than the network that was trained."""
    found = parity(network, path, images, normalisation)
    same = found["argmax_equal"] + found["ties"] == found["n"]
    if found["relative_error_max"] > RELATIVE_ERROR_LIMIT or not same:
        message = f"Expected a relative error of at most {RELATIVE_ERROR_LIMIT} and the same answers, got {found}."
        raise TaskError("CandidateRejected", message, path.name)
    return found
