"""The teacher's int8 network as TimeLayers lists it, at another input size and with other widths: what its runs spend
time on, by the layer whose width each operator has."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from decant_tasks.compress.layer_times import LayerShape, LayerTimes, read_layer_times
from decant_tasks.errors import TaskError


@dataclass(frozen=True)
class TimedLayer:
    """NetworkLayer of core/layer-times/layer.ts. reduction: how many times smaller than the input's side the output's
    is; None where it has none."""

    name: str
    kind: str
    precision: str
    kernel: int
    stride: int
    reduction: float | None
    inputs: int
    outputs: int

    def at(self, input_size: int) -> LayerShape:
        """Its shape at an input size in px."""
        side = 1 if self.reduction is None else max(1, -int(-input_size // self.reduction))
        return LayerShape(self.kind, self.precision, self.kernel, self.stride, side, self.inputs, self.outputs)


@dataclass(frozen=True)
class TimedNetwork:
    """What a network of this architecture costs on the target, before any cut."""

    times: LayerTimes
    layers: tuple[TimedLayer, ...]


def read_timed_network(folder: Path) -> TimedNetwork:
    """From the folder of TimeLayers: layer-times.json, and the network in output.json."""
    try:
        layers = json.loads((folder / "output.json").read_bytes())["network"]["layers"]
        read = tuple(_read_layer(layer) for layer in layers)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise TaskError("InvalidInput", f"Expected the network of TimeLayers, got: {error!r}", "output.json") from error
    return TimedNetwork(read_layer_times(folder), read)


def _read_layer(record: Mapping[str, Any]) -> TimedLayer:
    return TimedLayer(**{name: record[name] for name in TimedLayer.__dataclass_fields__})


def owner_of(layer: TimedLayer, names: Sequence[str]) -> str | None:
    """The layer with weights whose outputs the operator works on: its name begins that of the operator's node."""
    begun = [name for name in names if layer.name == name or layer.name.startswith((f"{name}/", f"{name}_"))]
    return max(begun, key=len, default=None)
