"""A task as a child process: done.json last and create-only, errors by code, stopping, and the parent's death."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import events_of

from decant_tasks.errors import TaskError
from decant_tasks.protocol.attempt import Attempt
from decant_tasks.protocol.error_codes import as_task_error
from decant_tasks.protocol.exit_codes import FAILED, INTERRUPTED, exit_code_of
from decant_tasks.protocol.failure import record_failure
from decant_tasks.protocol.files import sha256_of
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.protocol.task_input import TaskInput, read_task_input
from decant_tasks.schema import find_problems


def _attempt(output: Path, attempt: str) -> Attempt:
    made = Attempt(TaskInput("profile", "profile", "k1", attempt, {}, {}, 0, 1), output)
    made.begin()
    return made


def _wait_for(child: "subprocess.Popen[str]", message: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if message in line:
            return
    pytest.fail(f"the task ended without saying {message!r}")


def test_done_json_names_each_file_with_size_and_hash(tmp_path: Path):
    attempt = _attempt(tmp_path, "a1")
    (attempt.folder / "x.txt").write_text("hello")
    assert attempt.commit()
    record = json.loads((tmp_path / "done.json").read_text())
    assert find_problems("done", record, "done.json") == []
    assert record["files"] == {"x.txt": {"size_bytes": 5, "sha256": sha256_of(tmp_path / "a1" / "x.txt")}}


def test_a_second_attempt_keeps_the_first_ones_valid_record(tmp_path: Path):
    first, second = _attempt(tmp_path, "a1"), _attempt(tmp_path, "a2")
    for attempt in (first, second):
        (attempt.folder / "x.txt").write_text(attempt.task_input.attempt)
    assert first.commit()
    assert not second.commit()
    assert json.loads((tmp_path / "done.json").read_text())["attempt"] == "a1"


@pytest.mark.parametrize("damage", ["changed", "missing", "not json", "other key", "path out of the folder"])
def test_a_record_that_names_a_wrong_file_is_replaced(tmp_path: Path, damage: str):
    first, second = _attempt(tmp_path, "a1"), _attempt(tmp_path, "a2")
    for attempt in (first, second):
        (attempt.folder / "x.txt").write_text("same")
    first.commit()
    text = (tmp_path / "done.json").read_text()
    if damage == "changed":
        (first.folder / "x.txt").write_text("sane")
    elif damage == "missing":
        (first.folder / "x.txt").unlink()
    else:
        new = {
            "not json": text[:-9],
            "other key": text.replace("k1", "k2"),
            "path out of the folder": text.replace("x.txt", "../a1/x.txt"),
        }[damage]
        (tmp_path / "done.json").write_text(new)
    assert first.find_done() is None
    assert second.commit()
    assert json.loads((tmp_path / "done.json").read_text())["attempt"] == "a2"


def test_where_links_are_not_to_be_had_done_json_is_still_create_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    first, second = _attempt(tmp_path, "a1"), _attempt(tmp_path, "a2")
    for attempt in (first, second):
        (attempt.folder / "x.txt").write_text("same")
    assert first.commit()
    assert not second.commit()
    assert first.find_done() is not None


def test_a_commit_removes_the_checkpoint_and_a_start_removes_abandoned_parts(tmp_path: Path):
    attempt = _attempt(tmp_path, "a1")
    old, new = (attempt.checkpoint_folder / name for name in (".x.1.part", ".x.2.part"))
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    attempt.begin()
    assert [path.name for path in attempt.checkpoint_folder.iterdir()] == [new.name]
    (attempt.folder / "x.txt").write_text("hello")
    attempt.commit()
    assert not attempt.checkpoint_folder.exists()


def test_every_problem_of_an_input_is_reported_at_once(tmp_path: Path, fine_tune_input: dict[str, Any]):
    fine_tune_input["parameters"]["recipe"]["epochs"] = -1
    fine_tune_input["parameters"]["extra"] = True
    fine_tune_input["threads"] = 0
    path = tmp_path / "input.json"
    path.write_text(json.dumps(fine_tune_input))
    with pytest.raises(TaskError) as caught:
        read_task_input(path)
    assert caught.value.code == "InvalidInput"
    wheres = {problem.where for problem in caught.value.problems}
    assert wheres == {"input.json#/parameters", "input.json#/parameters/recipe/epochs", "input.json#/threads"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"task": "profile"}', "[" * 100000, "\x00", '"\ud800"'])
def test_hostile_input_files_give_a_clear_error(tmp_path: Path, text: str):
    path = tmp_path / "input.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(TaskError) as caught:
        read_task_input(path)
    assert caught.value.code == "InvalidInput"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "DiskFull"),
        (KeyboardInterrupt(), "Stopped"),
        (PermissionError(13, "Permission denied"), "StoreFailed"),
        (MemoryError(), "OutOfMemory"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory"), "OutOfMemory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"), "OutOfMemory"),
        (ZeroDivisionError("x"), "Defect"),
    ],
)
def test_what_goes_wrong_gets_its_code(error: BaseException, code: str):
    assert as_task_error(error).code == code


def test_stopping_reads_signal_first_then_deadline():
    stop = StopRequest(deadline_ms=1000, now_ms=lambda: 999)
    assert stop.reason() is None
    late = StopRequest(deadline_ms=1000, now_ms=lambda: 1000).reason()
    assert late is not None
    assert late.code == "Deadline"
    stop.request()
    saved: list[bool] = []
    with pytest.raises(TaskError) as caught:
        stop.check(lambda: saved.append(True))
    assert (caught.value.code, saved) == ("Stopped", [True])


def test_a_task_runs_to_its_end_once(tmp_path: Path, start_task: Any, fine_tune_input: dict[str, Any]):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 0
    child = start_task(fine_tune_input, tmp_path)
    events = events_of(child)
    assert child.wait() == 0, events
    assert events[-1] == {"event": "progress", "step": "fine-tune", "message": "done"}
    output = json.loads((tmp_path / "task-0001" / "output.json").read_text())
    assert [entry["name"] for entry in output["strategies"]] == ["linear-probe"]
    again = start_task(fine_tune_input | {"attempt": "task-0002"}, tmp_path)
    assert events_of(again)[-1]["message"] == "already done"
    assert again.wait() == 0
    assert not (tmp_path / "task-0002").exists()


def test_a_dead_parent_ends_the_task_within_two_seconds(
    tmp_path: Path, start_task: Any, fine_tune_input: dict[str, Any]
):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 10000
    child = start_task(fine_tune_input, tmp_path)
    _wait_for(child, "full-fine-tune: epoch")
    child.stdin.close()
    child.wait(timeout=2)
    assert child.returncode == 75
    assert not (tmp_path / "done.json").exists()


def test_sigterm_checkpoints_and_says_stopped(tmp_path: Path, start_task: Any, fine_tune_input: dict[str, Any]):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 10000
    child = start_task(fine_tune_input, tmp_path, CHECKPOINT_INTERVAL_S="3600")
    _wait_for(child, "full-fine-tune: epoch")
    child.send_signal(signal.SIGTERM)
    last = events_of(child)[-1]
    assert (last["event"], last["code"]) == ("error", "Stopped")
    assert child.wait() == INTERRUPTED
    assert (tmp_path / "checkpoint" / "full-fine-tune.checkpoint").exists()


def test_a_passed_deadline_is_an_error_of_its_own_and_leaves_a_record(
    tmp_path: Path, start_task: Any, fine_tune_input: dict[str, Any]
):
    source = tmp_path / "input-task-0001.json"
    source.write_text(json.dumps(fine_tune_input))
    child = start_task(fine_tune_input, tmp_path, DEADLINE_MS=str(int(time.time() * 1000)), INPUT=str(source))
    last = events_of(child)[-1]
    assert last["code"] == "Deadline"
    assert child.wait() == FAILED
    record = json.loads((tmp_path / "failed-task-0001.json").read_text())
    assert find_problems("error", record, "failed") == []
    assert record == {"code": "Deadline", "problems": last["problems"]}
    _attempt(tmp_path, "task-0001")
    assert not (tmp_path / "failed-task-0001.json").exists()


def test_a_record_of_a_failure_can_leave_another_processs_word_alone(tmp_path: Path):
    source, output = str(tmp_path / "input-a.json"), str(tmp_path)
    record_failure(source, output, TaskError("OutOfMemory", "x"))
    record_failure(source, output, TaskError("ChildFailed", "y"), keep_other=True)
    assert json.loads((tmp_path / "failed-a.json").read_text())["code"] == "OutOfMemory"
    record_failure(source, output, TaskError("Defect", "z"))
    assert json.loads((tmp_path / "failed-a.json").read_text())["code"] == "Defect"
    record_failure("input.json", output, TaskError("Defect", "z"))
    record_failure(source, str(tmp_path / "absent"), TaskError("Defect", "z"))
    assert [path.name for path in tmp_path.iterdir()] == ["failed-a.json"]


def test_a_failed_attempt_tells_what_it_used_unless_another_process_tells_the_cause(tmp_path: Path):
    source, output = str(tmp_path / "input-a.json"), str(tmp_path)
    usage = {"device": "g5.xlarge", "seconds": 12.5, "finished_ms": 1}
    record_failure(source, output, TaskError("ChildFailed", "y"), usage, keep_other=True)
    assert [path.name for path in tmp_path.iterdir()] == ["failed-a.json"]
    record_failure(source, output, TaskError("OutOfMemory", "x"), usage)
    assert json.loads((tmp_path / "usage-a.json").read_text()) == usage


@pytest.mark.parametrize(
    ("code", "signalled", "company_lost", "exit_code"),
    [
        ("Stopped", True, False, 143),
        ("Stopped", False, False, 1),
        ("Deadline", True, False, 1),
        ("ChildFailed", False, True, 75),
        ("Defect", False, False, 1),
    ],
)
def test_exit_codes_say_whether_another_try_is_worth_it(code: str, signalled: bool, company_lost: bool, exit_code: int):
    assert exit_code_of(TaskError(code, "x"), signalled=signalled, company_lost=company_lost) == exit_code


def test_in_a_container_the_end_of_standard_input_means_nothing(
    tmp_path: Path, start_task: Any, fine_tune_input: dict[str, Any]
):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 0
    child = start_task(fine_tune_input, tmp_path, DECANT_WATCH_STANDARD_INPUT="0")
    child.stdin.close()
    assert child.stdout.read()
    assert child.wait() == 0
