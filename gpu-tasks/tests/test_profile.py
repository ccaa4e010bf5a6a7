"""Profile measures every input size in two turns, largest first, and writes what its schema says."""

import io
import json
from pathlib import Path

from conftest import ARCHITECTURE

from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.schema import find_problems
from decant_tasks.tasks.profile import PROFILE
from decant_tasks.tasks.task import TaskContext


def test_a_profile_holds_one_speed_for_each_size(tmp_path: Path):
    parameters = {"architecture": ARCHITECTURE, "input_sizes": [32, 64, 32], "batch_size": 4}
    task_input = TaskInput("profile", "profile", "k1", "a1", {}, parameters, 0, 1)
    lines = io.StringIO()
    output = PROFILE.run(TaskContext(task_input, tmp_path, tmp_path, Progress("profile", lines), StopRequest()))
    assert find_problems("profile", output, "output.json") == []
    assert json.loads((tmp_path / "profile.json").read_text()) == output
    assert [speed["input_size"] for speed in output["speeds"]] == [64, 32]
    assert [json.loads(line)["done"] for line in lines.getvalue().splitlines()] == [1, 2, 3, 4]
