"""Trained network to one ONNX file: export_onnx writes it, parity holds it against PyTorch."""

from decant_tasks.export.export_onnx import export_onnx
from decant_tasks.export.parity import check_parity, parity

__all__ = ["check_parity", "export_onnx", "parity"]
