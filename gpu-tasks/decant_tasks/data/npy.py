"""Memory-maps a .npy file after its header was checked by hand: nothing is ever unpickled, nothing read out of bounds.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import ast
import math
import re
from pathlib import Path

import numpy as np

from decant_tasks.errors import TaskError

_HEADER_LIMIT_BYTES = 4096
_DTYPES = {"|u1": np.dtype(np.uint8), "<i8": np.dtype("<i8")}


def _read_header(path: Path) -> tuple[dict[str, object], int]:
    """Header dictionary and offset of the data."""
    with path.open("rb") as file:
        start = file.read(12)
        if len(start) < 12 or start[:6] != b"\x93NUMPY" or start[6] not in (1, 2, 3):
            raise TaskError("InvalidData", "Expected a .npy file of format 1, 2 or 3.", path.name)
        length_bytes = 2 if start[6] == 1 else 4
        length = int.from_bytes(start[8 : 8 + length_bytes], "little")
        if length > _HEADER_LIMIT_BYTES:
            raise TaskError("InvalidData", f"Expected a .npy header of at most 4096 bytes, got {length}.", path.name)
        file.seek(8 + length_bytes)
        text = file.read(length)
    try:
        header = ast.literal_eval(text.decode("latin1"))
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise TaskError("InvalidData", "Expected a Python dictionary as .npy header.", path.name) from error
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        raise TaskError("InvalidData", "Expected descr, fortran_order and shape in the .npy header.", path.name)
    return header, 8 + length_bytes + length


def open_npy(path: Path, dtype: str, shape: tuple[int | None, ...]) -> np.ndarray:
    """A read-only memory map of `path`. dtype: "|u1" or "<i8"; None in `shape` takes any length."""
    if not path.is_file():
        raise TaskError("InvalidData", "Expected a packed array, found no file.", path.name)
    header, offset = _read_header(path)
    found = header["shape"]
    if header["descr"] != dtype or header["fortran_order"] is not False:
        raise TaskError("InvalidData", f"Expected {dtype} in C order, got {str(header)[:200]}.", path.name)
    integers = isinstance(found, tuple) and all(type(length) is int and 0 <= length < 2**40 for length in found)
    if not (isinstance(found, tuple) and integers and len(found) == len(shape)):
        raise TaskError("InvalidData", f"Expected {len(shape)} dimensions, got {str(found)[:200]}.", path.name)
    if any(want is not None and want != got for want, got in zip(shape, found, strict=True)):
        raise TaskError("InvalidData", f"Expected the shape {shape}, got {found}.", path.name)
    expected_bytes = offset + math.prod(found) * _DTYPES[dtype].itemsize
    if path.stat().st_size != expected_bytes:
        raise TaskError("InvalidData", f"Expected {expected_bytes} bytes, got {path.stat().st_size}.", path.name)
    if math.prod(found) == 0:
        return np.zeros(found, _DTYPES[dtype])
    return np.memmap(path, dtype=_DTYPES[dtype], mode="r", offset=offset, shape=found)


def plain_file(folder: Path, name: object) -> Path:
    """folder/name, where name is a plain file name."""
    if not (isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name)):
        raise TaskError("InvalidData", f"Expected a plain file name, got {str(name)[:200]!r}.")
    return folder / name
