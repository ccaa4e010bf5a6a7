"""How long a layer takes on the target, from layer-times.json: the rule of core/layer-times, by which Propose predicts.

1. Families of its kind and precision; of those, of the nearest kernel, then the nearest stride, then the largest
   `multiple_of` that divides its outputs.
2. In a family: outputs rounded up to `outputs_step`, then bilinear in inputs and outputs; outside the grid in
   proportion.
3. Between the two output sizes around its own: linear in the output's area; outside of all: in proportion to the area.
4. A kernel that is not there: in proportion to the kernel's area.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from decant_tasks.errors import TaskError
from decant_tasks.schema import check_record

FILE = "layer-times.json"


@dataclass(frozen=True)
class LayerShape:
    """Layer of core/layer-times/layer.ts. inputs: channels of one group, 1 for depthwise and for operators without
    weights; output_size: side, px."""

    kind: str
    precision: str
    kernel: int
    stride: int
    output_size: int
    inputs: int
    outputs: int


@dataclass(frozen=True)
class _Family:
    kind: str
    precision: str
    kernel: int
    stride: int
    output_size: int
    multiple_of: int
    outputs_step: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    us: Mapping[tuple[int, int], float]


@dataclass(frozen=True)
class LayerTimes:
    """`layer_us` answers None where the table holds no layer of that kind and precision."""

    fixed_us: float
    layer_us: Callable[[LayerShape], float | None]


def read_layer_times(folder: Path) -> LayerTimes:
    """From the folder of TimeLayers."""
    try:
        record = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise TaskError("InvalidInput", f"Expected layer times, got: {error!r}", FILE) from error
    check_record("layer-times", record, FILE, code="InvalidInput")
    return layer_times_of(record)


def layer_times_of(record: Mapping[str, Any]) -> LayerTimes:
    """From a checked record."""
    families = [_read_family(family) for family in record["families"]]
    return LayerTimes(float(record["fixed_us"]), lru_cache(maxsize=None)(lambda shape: _layer_us(families, shape)))


def _read_family(record: Mapping[str, Any]) -> _Family:
    fields = {name: value for name, value in record.items() if name != "times"}
    us = {(time["inputs"], time["outputs"]): float(time["us"]) for time in record["times"]}
    inputs, outputs = (tuple(sorted({pair[axis] for pair in us})) for axis in (0, 1))
    if len(us) != len(inputs) * len(outputs):
        raise TaskError("InvalidInput", "Expected times on a rectangular grid of inputs and outputs.", FILE)
    return _Family(**fields, inputs=inputs, outputs=outputs, us=us)


def _layer_us(families: Sequence[_Family], layer: LayerShape) -> float | None:
    alike = [f for f in families if (f.kind, f.precision) == (layer.kind, layer.precision)]
    alike = _nearest(alike, lambda family: family.kernel, layer.kernel)
    alike = _nearest(alike, lambda family: family.stride, layer.stride)
    fitting = [family for family in alike if layer.outputs % family.multiple_of == 0]
    if not fitting:
        return None
    multiple = max(family.multiple_of for family in fitting)
    sizes = sorted((f for f in fitting if f.multiple_of == multiple), key=lambda family: family.output_size)
    return _at_size(sizes, layer) * (layer.kernel / sizes[0].kernel) ** 2


def _nearest(families: Sequence[_Family], read: Callable[[_Family], int], wanted: int) -> list[_Family]:
    """Families whose value is nearest to the wanted one by ratio; the smaller where two are equally near."""
    values = sorted({read(f) for f in families}, key=lambda value: (max(value / wanted, wanted / value), value))
    return [family for family in families if read(family) == values[0]] if values else []


def _at_size(families: Sequence[_Family], layer: LayerShape) -> float:
    size = layer.output_size
    below = next((f for f in reversed(families) if f.output_size <= size), None)
    above = next((f for f in families if f.output_size >= size), None)
    if below is None or above is None:
        one = below or above
        assert one is not None
        return _in_family(one, layer) * (size / one.output_size) ** 2
    if below.output_size == above.output_size:
        return _in_family(below, layer)
    low, high = below.output_size**2, above.output_size**2
    return _between(_in_family(below, layer), _in_family(above, layer), (size**2 - low) / (high - low))


def _in_family(family: _Family, layer: LayerShape) -> float:
    rounded = -(-layer.outputs // family.outputs_step) * family.outputs_step
    top, bottom, down, beyond_inputs = _place_on(family.inputs, layer.inputs)
    left, right, across, beyond_outputs = _place_on(family.outputs, rounded)
    first = _between(family.us[top, left], family.us[top, right], across)
    second = _between(family.us[bottom, left], family.us[bottom, right], across)
    return _between(first, second, down) * beyond_inputs * beyond_outputs


def _place_on(axis: Sequence[int], value: int) -> tuple[int, int, float, float]:
    """The points around, how far between them, and the factor for what lies outside."""
    inside = min(max(value, axis[0]), axis[-1])
    high, low = axis[bisect_left(axis, inside)], axis[bisect_right(axis, inside) - 1]
    return low, high, 0.0 if high == low else (inside - low) / (high - low), value / inside


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share
