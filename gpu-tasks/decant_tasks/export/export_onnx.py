"""Writes a network as one ONNX file: uint8 RGB in, logits out, normalisation inside, batch norms folded.

IR version 8 and opset 18: what the TypeScript side's protobuf (ONNX 1.10.2) reads without losing a field.
"""

from pathlib import Path

import onnx
import torch
from torch import nn

from decant_tasks.export.batch_norm import folded_for_onnx
from decant_tasks.export.tidy_graph import tidy_graph
from decant_tasks.export.traced_onnx import traced_onnx
from decant_tasks.model.backbone import Backbone
from decant_tasks.model.normalise import Normalisation, normalisation_of
from decant_tasks.protocol.files import write_whole

IR_VERSION = 8


class _Normalise(nn.Module):
    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, normalisation: Normalisation):
        super().__init__()
        self.register_buffer("scale", normalisation.scale)
        self.register_buffer("shift", normalisation.shift)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.float() * self.scale + self.shift


class _WithNormalisation(nn.Module):
    def __init__(self, network: nn.Module, normalisation: Normalisation):
        super().__init__()
        self.normalisation = _Normalise(normalisation)
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(self.normalisation(images))


def export_onnx(network: nn.Module, input_size: int, path: Path, backbone: Backbone) -> None:
    """Writes `network` (which takes normalised floats) for images of input_size px; the network stays as it is."""
    whole = _WithNormalisation(folded_for_onnx(network, input_size), normalisation_of(backbone)).eval()
    example = torch.zeros(1, 3, input_size, input_size, dtype=torch.uint8)
    model = tidy_graph(onnx.load_from_string(traced_onnx(whole, example)))
    model.ir_version = IR_VERSION
    model.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 1  # the exporter leaves it open
    onnx.checker.check_model(model, full_check=True)
    content = model.SerializeToString(deterministic=True)
    write_whole(path, lambda part: part.write_bytes(content))
