"""A plain Pillow loop over a folder of images, for bench/prepare-data.ts to compare with.

Usage: python bench/prepare-data-pillow.py FOLDER SIZE... [--draft] [--processes N]
Prints one line of JSON: images, seconds, processor seconds, versions.
"""

import argparse
import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps


def read_squares(path: Path, sizes: list[int], draft: bool) -> list[np.ndarray]:
    """Decodes one image to uint8 [size, size, 3] each: upright, RGB, centre crop, bilinear."""
    image = Image.open(path)
    if draft:
        image.draft("RGB", (max(sizes), max(sizes)))
    upright = ImageOps.exif_transpose(image).convert("RGB")
    return [
        np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.BILINEAR))
        for size in sizes
    ]


def run_loop(paths: list[Path], sizes: list[int], draft: bool) -> float:
    """Reads every image; answers the processor seconds."""
    start = time.process_time()
    for path in paths:
        read_squares(path, sizes, draft)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--draft", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.iterdir() if path.suffix == ".jpg")
    with multiprocessing.Pool(options.processes) as pool:
        pool.map(abs, range(options.processes))
        start = time.perf_counter()
        parts = [
            (paths[at :: options.processes], options.sizes, options.draft)
            for at in range(options.processes)
        ]
        cpu = sum(pool.starmap(run_loop, parts, chunksize=1))
        seconds = time.perf_counter() - start
    versions = {"pillow": PIL.__version__, "numpy": np.__version__}
    answer = {
        "images": len(paths),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "versions": versions,
    }
    print(json.dumps({**answer, "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
