// example.py of an artifact: Pillow and ONNX Runtime, nothing else. It reads preprocessing.json, so it fits every model.

export const PYTHON_EXAMPLE = `"""Prints the most likely labels of an image.

    pip install onnxruntime pillow numpy
    python example.py photo.jpg

Pillow decodes and resizes differently from the decoder that this model was measured with (sharp): pixels and with them
probabilities differ, and a label can. How often it does was not measured. example.mjs uses that decoder.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent


def read_pixels(path: str, size: int, resize: str) -> np.ndarray:
    """Decodes an image to uint8 [1, 3, size, size], RGB: upright, transparency over white."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    canvas = Image.new("RGBA", image.size, "white")
    image = Image.alpha_composite(canvas, image).convert("RGB")
    if resize == "cover":
        image = ImageOps.fit(image, (size, size), Image.Resampling.BICUBIC)
    elif resize == "contain":
        image = ImageOps.pad(image, (size, size), Image.Resampling.BICUBIC, color="black")
    else:
        image = image.resize((size, size), Image.Resampling.BICUBIC)
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1)[None])


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python example.py IMAGE")
    preprocessing = json.loads((HERE / "preprocessing.json").read_text(encoding="utf-8"))
    labels = (HERE / "labels.txt").read_text(encoding="utf-8").split("\\n")
    session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])
    pixels = read_pixels(sys.argv[1], preprocessing["input_size"], preprocessing["resize"])
    logits = session.run(["logits"], {"images": pixels})[0][0].astype(np.float64)
    exponentials = np.exp(logits - logits.max())
    probabilities = exponentials / exponentials.sum()
    for index in np.argsort(-probabilities, kind="stable")[:3]:
        print(f"{labels[index]}\\t{probabilities[index]:.3f}")


if __name__ == "__main__":
    main()
`;
