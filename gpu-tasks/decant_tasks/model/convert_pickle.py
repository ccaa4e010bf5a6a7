"""Child process: a PyTorch file of plain tensors, loaded with weights_only=True, to safetensors with its order."""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file


def convert(source: Path, target: Path) -> None:
    """Reads a state dict, bare or under "state_dict" or "model"."""
    loaded = torch.load(source, map_location="cpu", weights_only=True)
    for key in ("state_dict", "model"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not loaded:
        raise SystemExit(f"Expected a dictionary of tensors, got {type(loaded).__name__}.")
    wrong = [name for name, value in loaded.items() if not (isinstance(name, str) and isinstance(value, torch.Tensor))]
    if wrong:
        raise SystemExit(f"Expected only tensors, got {type(loaded[wrong[0]]).__name__} under {str(wrong[0])[:200]!r}.")
    tensors = {name: tensor.detach().clone().contiguous() for name, tensor in loaded.items()}
    save_file(tensors, target, metadata={"order": json.dumps(list(tensors))})


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
