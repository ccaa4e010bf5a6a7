"""Quantizes one ONNX file with one peer's recipe; runs in the peers' own environment, not in the project's.

Usage: python quantize.py RECIPE MODEL.onnx CALIBRATION.npy OUTPUT.onnx
CALIBRATION.npy: uint8 [N,H,W,3], the pixels that every side gets. Recipes follow each project's own documentation.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

Recipe = Callable[[Path, np.ndarray, Path], None]


def batches(images: np.ndarray) -> Iterator[dict[str, np.ndarray]]:
    """One image a batch, [1,3,H,W], as the model takes it."""
    for image in images:
        yield {"images": np.ascontiguousarray(image.transpose(2, 0, 1))[None]}


def onnxruntime_recipe(**options: object) -> Recipe:
    """https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html: pre-process, then static QDQ."""

    def quantize(model: Path, images: np.ndarray, output: Path) -> None:
        from onnxruntime.quantization import (
            CalibrationMethod,
            QuantFormat,
            QuantType,
            quantize_static,
        )
        from onnxruntime.quantization.shape_inference import quant_pre_process

        settings = dict(options)
        method = getattr(CalibrationMethod, str(settings.pop("method", "MinMax")))
        activation = getattr(QuantType, str(settings.pop("activation", "QUInt8")))

        class Reader:
            def __init__(self) -> None:
                self.batches = batches(images)

            def get_next(self) -> dict[str, np.ndarray] | None:
                return next(self.batches, None)

        prepared = output.with_suffix(".prepared.onnx")
        quant_pre_process(str(model), str(prepared))
        quantize_static(
            str(prepared),
            str(output),
            Reader(),
            quant_format=QuantFormat.QDQ,
            activation_type=activation,
            weight_type=QuantType.QInt8,
            calibrate_method=method,
            **{"per_channel": True, **settings},
        )
        prepared.unlink()

    return quantize


def nncf_recipe(preset: str, **options: object) -> Recipe:
    """https://docs.openvino.ai/2025/openvino-workflow/model-optimization-guide/quantizing-models-post-training.html"""

    def quantize(model: Path, images: np.ndarray, output: Path) -> None:
        import nncf
        import onnx

        settings = dict(options)
        if settings.pop("per_tensor", False):
            # Per-channel activations of depthwise convolutions have no kernel in ONNX Runtime.
            from nncf.quantization.advanced_parameters import QuantizationParameters

            per_tensor = QuantizationParameters(per_channel=False)
            settings["advanced_parameters"] = nncf.AdvancedQuantizationParameters(
                activations_quantization_params=per_tensor,
                weights_quantization_params=per_tensor,
            )
        quantized = nncf.quantize(
            onnx.load(model),
            nncf.Dataset(list(batches(images))),
            preset=getattr(nncf.QuantizationPreset, preset),
            subset_size=len(images),
            **settings,
        )
        onnx.save(quantized, output)

    return quantize


def aimet_recipe(model: Path, images: np.ndarray, output: Path) -> None:
    """https://quic.github.io/aimet-pages: cross-layer equalization, then calibration of 8-bit ranges."""
    import onnx
    from aimet_onnx import QuantizationSimModel
    from aimet_onnx.cross_layer_equalization import equalize_model

    loaded = onnx.load(model)
    equalize_model(loaded)
    simulated = QuantizationSimModel(loaded, param_type="int8", activation_type="int8")
    simulated.compute_encodings(list(batches(images)))
    onnx.save(simulated.to_onnx_qdq(), output)


def neural_compressor_recipe(model: Path, images: np.ndarray, output: Path) -> None:
    """https://intel.github.io/neural-compressor: static post-training quantization."""
    from neural_compressor import PostTrainingQuantConfig, quantization

    class Loader:
        batch_size = 1

        def __iter__(self) -> Iterator[tuple[np.ndarray, int]]:
            return ((batch["images"], 0) for batch in batches(images))

    quantized = quantization.fit(
        str(model),
        PostTrainingQuantConfig(approach="static"),
        calib_dataloader=Loader(),
    )
    quantized.save(str(output))


RECIPES: dict[str, Recipe] = {
    "aimet-cle": aimet_recipe,
    "neural-compressor": neural_compressor_recipe,
    "nncf-mixed": nncf_recipe("MIXED"),
    "nncf-performance": nncf_recipe("PERFORMANCE"),
    "nncf-bias": nncf_recipe("PERFORMANCE", fast_bias_correction=False),
    "nncf-per-tensor": nncf_recipe("PERFORMANCE", per_tensor=True),
    "ort-entropy": onnxruntime_recipe(method="Entropy"),
    "ort-minmax": onnxruntime_recipe(),
    "ort-per-tensor": onnxruntime_recipe(per_channel=False),
    "ort-percentile": onnxruntime_recipe(method="Percentile"),
    "ort-reduce-range": onnxruntime_recipe(reduce_range=True),
    "ort-s8s8": onnxruntime_recipe(
        activation="QInt8", extra_options={"ActivationSymmetric": True}
    ),
}


def main() -> None:
    """Exits non-zero with the peer's own error where the recipe fails."""
    recipe, model, calibration, output = sys.argv[1:]
    RECIPES[recipe](Path(model), np.load(calibration, allow_pickle=False), Path(output))


if __name__ == "__main__":
    main()
