"""A run that was killed at any step and started again writes the same bytes as one that was not."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import CLASSES, events_of

from decant_tasks.protocol.files import sha256_of
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.tasks.fine_tune import FINE_TUNE
from decant_tasks.tasks.task import TaskContext
from decant_tasks.training.checkpoint import Checkpoint

OUTPUTS = ("teacher.safetensors", "teacher.onnx", "baseline.onnx", "curves.json")


class Killed(BaseException):
    """What the tests throw at a line of progress, as if the process had ended there."""


@dataclass
class KillingStream(io.StringIO):
    """Ends the run at its n-th line."""

    lines_left: int | None

    def __post_init__(self):
        super().__init__()

    def write(self, text: str) -> int:
        if self.lines_left is not None:
            self.lines_left -= text.count("\n")
            if self.lines_left < 0:
                raise Killed
        return super().write(text)


def _run(record: dict[str, Any], folder: Path, lines: int | None = None, interval_s: float = 0.0) -> str:
    fields = record | {"inputs": {step: Path(path) for step, path in record["inputs"].items()}}
    stream = KillingStream(lines)
    context = TaskContext(
        TaskInput(**fields),
        folder / "files",
        folder / "checkpoint",
        Progress("fine-tune", stream),
        StopRequest(),
        interval_s,
    )
    for path in (context.folder, context.checkpoint_folder):
        path.mkdir(parents=True, exist_ok=True)
    FINE_TUNE.run(context)
    return stream.getvalue()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory, prepared_folder: Path, backbone_record: dict[str, Any]):
    """Hashes of an unbroken run, its input and its number of progress lines."""
    recipe = {
        "input_size": 32,
        "smaller_sizes": [],
        "epochs": 2,
        "batch_size": 6,
        "learning_rate": 1e-3,
        "probe_epochs": 20,
    }
    parameters = {
        "backbone": backbone_record,
        "device": "cpu",
        "recipe": recipe,
        "classes": CLASSES,
        "input_sizes": [32],
    }
    record = {
        "task": "fine-tune",
        "step": "fine-tune",
        "key": "k1",
        "attempt": "a",
        "inputs": {"prepare-data": str(prepared_folder)},
        "parameters": parameters,
        "seed": 3,
        "threads": 1,
    }
    folder = tmp_path_factory.mktemp("unbroken")
    text = _run(record, folder, interval_s=3600)
    return record, {name: sha256_of(folder / "files" / name) for name in OUTPUTS}, text.count("\n")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.55, 0.65, 0.75, 0.85, 0.95])
def test_killed_and_resumed_is_unbroken(tmp_path: Path, unbroken: Any, share: float):
    record, hashes, lines = unbroken
    with pytest.raises(Killed):
        _run(record, tmp_path, lines=int(share * lines))
    _run(record, tmp_path)
    assert {name: sha256_of(tmp_path / "files" / name) for name in OUTPUTS} == hashes


def test_many_kills_in_a_row_change_nothing(tmp_path: Path, unbroken: Any):
    record, hashes, _ = unbroken
    kills = 0
    for _ in range(100):
        try:
            _run(record, tmp_path, lines=9)
            break
        except Killed:
            kills += 1
    assert kills > 1
    assert {name: sha256_of(tmp_path / "files" / name) for name in OUTPUTS} == hashes


def test_a_process_killed_outright_goes_on_in_another(tmp_path: Path, unbroken: Any, start_task: Any):
    record, hashes, _ = unbroken
    first = start_task(record, tmp_path, CHECKPOINT_INTERVAL_S="0")
    for line in first.stdout:
        if "full-fine-tune: epoch 1" in line:
            break
    first.kill()
    first.wait()
    second = start_task(record | {"attempt": "b"}, tmp_path)
    events = events_of(second)
    assert any("goes on from step" in event.get("message", "") for event in events)
    assert second.wait() == 0
    assert {name: sha256_of(tmp_path / "b" / name) for name in OUTPUTS} == hashes


@pytest.mark.parametrize("position", [0, 30, 60, 5000, -1])
def test_a_corrupt_checkpoint_is_ignored_and_said(tmp_path: Path, unbroken: Any, position: int):
    record, hashes, lines = unbroken
    with pytest.raises(Killed):
        _run(record, tmp_path, lines=int(0.8 * lines))
    path = tmp_path / "checkpoint" / "full-fine-tune.checkpoint"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    text = _run(record, tmp_path)
    assert "full-fine-tune.checkpoint is corrupt and ignored" in text
    assert {name: sha256_of(tmp_path / "files" / name) for name in OUTPUTS} == hashes


def test_a_checkpoint_round_trips_and_a_truncated_one_is_none(tmp_path: Path):
    lines = io.StringIO()
    checkpoint = Checkpoint(tmp_path / "x.checkpoint", Progress("x", lines))
    assert checkpoint.load() is None
    checkpoint.save({"numbers": {"step": 3, "curve": [{"a": 1.5}]}})
    assert checkpoint.load() == {"numbers": {"step": 3, "curve": [{"a": 1.5}]}}
    assert [path.name for path in tmp_path.iterdir()] == ["x.checkpoint"]
    assert lines.getvalue() == ""
    (tmp_path / "x.checkpoint").write_bytes((tmp_path / "x.checkpoint").read_bytes()[:-1])
    assert checkpoint.load() is None
    assert "corrupt" in json.loads(lines.getvalue())["message"]
