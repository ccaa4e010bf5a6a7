"""A task as a child process whose input and output lie in S3: the same files, resumed, raced, stopped, refused."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Bucket, StartTask, company_environment, events_of

from decant_tasks.protocol.exit_codes import FAILED, INTERRUPTED
from decant_tasks.protocol.files import sha256_of
from decant_tasks.schema import find_problems
from decant_tasks.storage.address import S3Address

FILES = ("teacher.safetensors", "teacher.onnx", "baseline.onnx", "curves.json", "output.json")
MEASURED = "usage.json"  # how long it took: another each time


@pytest.fixture
def s3_input(bucket: Bucket, prepared_folder: Path, fine_tune_input: dict[str, Any]) -> dict[str, Any]:
    """input.json of a small FineTune whose data and weights lie in S3."""
    weights = fine_tune_input["parameters"]["backbone"]["weights"]
    place = bucket.address / "weights.safetensors"
    bucket.objects.upload(Path(weights["path"]), place, weights["sha256"])
    fine_tune_input["parameters"]["backbone"] = fine_tune_input["parameters"]["backbone"] | {
        "weights": weights | {"path": str(place)}
    }
    fine_tune_input["inputs"] = {"prepare-data": bucket.put_step(prepared_folder, "prepare-data", "d1")}
    return fine_tune_input


def _output(bucket: Bucket) -> S3Address:
    return bucket.address / "steps" / "fine-tune" / "k1"


def _start(
    bucket: Bucket, start_task: StartTask, record: dict[str, Any], folder: Path, **environment: str
) -> "subprocess.Popen[str]":
    output = _output(bucket)
    source = output / f"input-{record['attempt']}.json"
    bucket.objects.put(source, json.dumps(record).encode())
    places = {"INPUT": str(source), "OUTPUT": str(output)}
    return start_task(record, folder, **bucket.environment, **places, **environment)


def _failure(bucket: Bucket, attempt: str = "task-0001") -> dict[str, Any]:
    found = bucket.objects.get(_output(bucket) / f"failed-{attempt}.json")
    assert found is not None
    record = json.loads(found.content)
    assert find_problems("error", record, "failed") == []
    return record


def test_a_task_in_s3_writes_the_files_of_one_in_folders_and_is_done_once(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], prepared_folder: Path, start_task: StartTask
):
    child = _start(bucket, start_task, s3_input, tmp_path / "s3")
    events = events_of(child)
    assert child.wait() == 0, events
    local = s3_input | {"inputs": {"prepare-data": str(prepared_folder)}}
    weights = json.loads(json.dumps(s3_input["parameters"]["backbone"]))
    bucket.objects.download(bucket.address / "weights.safetensors", tmp_path / "w.safetensors")
    weights["weights"]["path"] = str(tmp_path / "w.safetensors")
    local["parameters"] = s3_input["parameters"] | {"backbone": weights}
    other = start_task(local, tmp_path / "local")
    assert other.wait() == 0, events_of(other)
    hashes = bucket.hashes(_output(bucket))
    assert hashes.pop(MEASURED)
    assert hashes == {name: sha256_of(tmp_path / "local" / "task-0001" / name) for name in FILES}
    left = {address.name for address, _ in bucket.objects.list(_output(bucket))}
    assert left == {"done.json", "input-task-0001.json", MEASURED, *FILES}
    again = _start(bucket, start_task, s3_input | {"attempt": "task-0002"}, tmp_path / "again")
    said = [event.get("message") for event in events_of(again)]
    # By the first, `decant logs --cloud` finds the log streams of a step.
    assert said == [f"writes to {_output(bucket)}", "already done"]
    assert again.wait() == 0


def test_after_a_notice_another_machine_goes_on_from_the_checkpoint_in_s3(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], start_task: StartTask
):
    s3_input["parameters"]["recipe"]["epochs"] = 20
    first = _start(bucket, start_task, s3_input, tmp_path / "a", CHECKPOINT_INTERVAL_S="3600")
    for line in first.stdout or ():
        if "full-fine-tune: epoch 3" in line:
            break
    first.send_signal(signal.SIGTERM)
    assert events_of(first)[-1]["code"] == "Stopped"
    assert first.wait() == INTERRUPTED
    assert _failure(bucket)["code"] == "Stopped"
    assert bucket.objects.size_bytes(_output(bucket) / "checkpoint" / "full-fine-tune.checkpoint")

    second = _start(bucket, start_task, s3_input, tmp_path / "b")  # Batch tries the same attempt again
    events = events_of(second)
    assert second.wait() == 0, events
    goes_on = [event["done"] for event in events if "goes on from step" in event.get("message", "")]
    assert goes_on
    assert goes_on[0] >= 3 * 4
    assert bucket.objects.get(_output(bucket) / "failed-task-0001.json") is None

    unbroken = _start_elsewhere(tmp_path, bucket, s3_input, start_task)
    hashes = bucket.hashes(_output(bucket))
    assert hashes.pop(MEASURED)
    assert hashes == {name: sha256_of(unbroken / name) for name in FILES}


def test_two_nodes_share_what_lies_in_s3_and_one_of_them_writes_there(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], start_task: StartTask
):
    """The second node starts where no checkpoint was downloaded: it gets the main one's."""
    s3_input["parameters"]["recipe"]["epochs"] = 20
    nodes = [_start(bucket, start_task, s3_input, tmp_path, **company) for company in company_environment()]
    for line in nodes[0].stdout or ():
        if "full-fine-tune: epoch 3" in line:
            break
    nodes[1].send_signal(signal.SIGTERM)
    assert [(events_of(node)[-1]["code"], node.wait()) for node in nodes] == [("Stopped", INTERRUPTED)] * 2
    assert bucket.objects.size_bytes(_output(bucket) / "checkpoint" / "full-fine-tune.checkpoint")
    nodes = [_start(bucket, start_task, s3_input, tmp_path, **company) for company in company_environment()]
    events = events_of(nodes[0])
    assert [node.wait() for node in nodes] == [0, 0], events
    assert any("goes on from step" in event.get("message", "") for event in events)
    assert set(bucket.hashes(_output(bucket))) == {MEASURED, *FILES}


def _start_elsewhere(tmp_path: Path, bucket: Bucket, record: dict[str, Any], start_task: StartTask) -> Path:
    """The same task, unbroken: input in S3, output in a folder."""
    child = start_task(record, tmp_path / "unbroken", **bucket.environment)
    assert child.wait() == 0, events_of(child)
    return tmp_path / "unbroken" / record["attempt"]


@pytest.mark.parametrize("damage", ["wrong hash", "path out of the folder", "no done.json"])
def test_an_input_that_is_not_what_done_json_says_is_refused(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], start_task: StartTask, damage: str
):
    done = bucket.address / "steps" / "prepare-data" / "d1" / "done.json"
    found = bucket.objects.get(done)
    assert found is not None
    record = json.loads(found.content)
    if damage == "wrong hash":
        record["files"]["train-labels.npy"]["sha256"] = "0" * 64
    elif damage == "path out of the folder":
        record["files"]["../../../escaped"] = record["files"].pop("train-labels.npy")
    if damage == "no done.json":
        bucket.objects.remove(done)
    else:
        bucket.objects.put(done, json.dumps(record).encode())
    child = _start(bucket, start_task, s3_input, tmp_path)
    assert events_of(child)[-1]["code"] == "StoreFailed"
    assert child.wait() == FAILED
    failure = _failure(bucket)
    assert failure["code"] == "StoreFailed"
    words = {
        "wrong hash": "SHA-256",
        "path out of the folder": "paths out of its folder",
        "no done.json": "no done.json",
    }
    assert words[damage] in failure["problems"][0]["message"]


def test_a_passed_deadline_leaves_its_record(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], start_task: StartTask
):
    child = _start(bucket, start_task, s3_input, tmp_path, DEADLINE_MS="1")
    assert events_of(child)[-1]["code"] == "Deadline"
    assert child.wait() == FAILED
    assert _failure(bucket)["code"] == "Deadline"


def test_an_input_that_can_not_be_read_leaves_its_record_too(
    tmp_path: Path, bucket: Bucket, s3_input: dict[str, Any], start_task: StartTask
):
    s3_input["threads"] = 0
    child = _start(bucket, start_task, s3_input, tmp_path)
    assert events_of(child)[-1]["code"] == "InvalidInput"
    assert _failure(bucket)["problems"][0]["where"] == "input-task-0001.json#/threads"


def test_a_store_that_refuses_its_caller_is_one_clear_error(tmp_path: Path, bucket: Bucket, start_task: StartTask):
    places = {"INPUT": str(_output(bucket) / "input-task-0001.json"), "OUTPUT": str(_output(bucket))}
    child = start_task({}, tmp_path, **bucket.environment | {"AWS_SECRET_ACCESS_KEY": "wrong"}, **places)
    events = events_of(child)
    assert child.wait() == FAILED
    assert [event["code"] for event in events] == ["StoreFailed"]
    assert "403" in events[0]["problems"][0]["message"]
