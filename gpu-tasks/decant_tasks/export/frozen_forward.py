"""Answers of a network that doesn't change any more, by ONNX Runtime where it lies on a CPU.

Measured on 2 cores with AVX-512, Lite0 at 224 px in batches of 32: 5.4 to 8.8 ms an image against 18 ms in PyTorch,
after 0.4 s for the trace; the answers are the same but for rounding.
"""

from collections.abc import Callable

import numpy as np
import onnxruntime
import torch
from torch import nn

from decant_tasks.export.batch_norm import folded_for_onnx
from decant_tasks.export.traced_onnx import traced_onnx

Forward = Callable[[torch.Tensor], torch.Tensor]


def frozen_forward(network: nn.Module, input_size: int) -> Forward:
    """From normalised images [N,3,input_size,input_size] on the network's device to its answers, float32 on the CPU. On
    a CPU as the network is now: what it learns later doesn't show; on a GPU it is put into evaluation mode."""
    if next(network.parameters()).device.type != "cpu":
        network.eval()
        return lambda images: network(images).float().cpu()
    folded = folded_for_onnx(network, input_size)
    session = open_session(traced_onnx(folded, torch.zeros(1, 3, input_size, input_size), any_count=True))

    def forward(images: torch.Tensor) -> torch.Tensor:
        (answers,) = session.run(["logits"], {"images": images.contiguous().numpy()})
        return torch.from_numpy(np.asarray(answers))

    return forward


def open_session(model: bytes | str) -> onnxruntime.InferenceSession:
    """Of a file's path or its bytes, on the CPU with as many threads as PyTorch has."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = torch.get_num_threads(), 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
