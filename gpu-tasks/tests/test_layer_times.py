"""schemas/vectors/layer-times.json holds in Python too, and what doesn't fit is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decant_tasks.compress.layer_times import LayerShape, layer_times_of, read_layer_times
from decant_tasks.compress.timed_network import read_timed_network
from decant_tasks.errors import TaskError

VECTORS = json.loads((Path(__file__).parents[2] / "schemas/vectors/layer-times.json").read_text())


@pytest.mark.parametrize("test", VECTORS["tests"], ids=lambda test: test["description"])
def test_a_layers_time_is_that_of_the_vectors(test: dict[str, Any]):
    times = layer_times_of({"fixed_us": 0, "families": VECTORS["families"]})
    expected = test["us"]
    fields = {name: test["layer"][name] for name in LayerShape.__dataclass_fields__}
    assert times.layer_us(LayerShape(**fields)) == (None if expected is None else pytest.approx(expected, abs=1e-9))


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 300))
def test_a_family_for_all_widths_gives_every_width_and_size_a_positive_time(
    inputs: int, outputs: int, output_size: int
):
    times = layer_times_of({"fixed_us": 0, "families": VECTORS["families"]})
    general = [f for f in VECTORS["families"] if f["multiple_of"] == 1]
    for family in general:
        alike = (family[name] for name in ("kind", "precision", "kernel", "stride"))
        shape = LayerShape(*alike, output_size, inputs, outputs)
        found = times.layer_us(shape)
        assert found is not None
        assert found > 0


def _table(**changes: Any) -> dict[str, Any]:
    fixed = {"machine": "m", "threads": 1, "runtime": "r", "quantizer": "q", "channel_multiple": 8, "fixed_us": 10}
    return {**fixed, "families": VECTORS["families"], "left_out": [], **changes}


def test_a_table_with_a_hole_in_a_grid_is_refused(tmp_path: Path):
    family = next(family for family in VECTORS["families"] if len(family["times"]) > 2)
    (tmp_path / "layer-times.json").write_text(json.dumps(_table(families=[family | {"times": family["times"][1:]}])))
    with pytest.raises(TaskError, match="rectangular grid"):
        read_layer_times(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps(_table(fixed_us=-1))])
def test_what_is_no_table_is_refused(tmp_path: Path, content: str):
    (tmp_path / "layer-times.json").write_text(content)
    with pytest.raises(TaskError) as caught:
        read_layer_times(tmp_path)
    assert caught.value.code == "InvalidInput"


@pytest.mark.parametrize("content", ["", "{}", '{"network": {"layers": [{}]}}'])
def test_what_is_no_network_is_refused(tmp_path: Path, content: str):
    (tmp_path / "layer-times.json").write_text(json.dumps(_table()))
    (tmp_path / "output.json").write_text(content)
    with pytest.raises(TaskError) as caught:
        read_timed_network(tmp_path)
    assert caught.value.code == "InvalidInput"
