"""S3 as the tasks use it, against a real server: conditions, checksums, faults, who is first, the checkpoint's copy."""

import io
import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.response import StreamingBody
from conftest import Bucket
from hypothesis import given
from hypothesis import strategies as st
from s3_server import client_for

from decant_tasks.errors import TaskError
from decant_tasks.protocol.done_record import parse_done_record, stays_inside
from decant_tasks.protocol.files import sha256_of
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.storage import client as client_module
from decant_tasks.storage.address import S3Address, is_s3_address, parse_s3_address
from decant_tasks.storage.checkpoint_mirror import CheckpointMirror
from decant_tasks.storage.client import create_s3_client
from decant_tasks.storage.finished_step import download_step
from decant_tasks.storage.objects import MULTIPART_FROM_BYTES, Expected, S3Objects
from decant_tasks.storage.s3_attempt import S3Attempt

HELLO = Expected(5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")


def _attempt(bucket: Bucket, work: Path, attempt: str, objects: S3Objects | None = None) -> S3Attempt:
    output = bucket.address / "steps" / "profile" / "k1"
    task_input = TaskInput("profile", "profile", "k1", attempt, {}, {}, 0, 1)
    objects, folder = objects or bucket.objects, work / attempt
    say = Progress("profile", io.StringIO())
    made = S3Attempt(
        task_input,
        output,
        objects,
        folder,
        CheckpointMirror(objects, folder / "checkpoint", output / "checkpoint", say),
    )
    made.begin()
    (made.folder / "x.txt").write_text("same")
    return made


def _done(attempt: S3Attempt) -> dict[str, Any]:
    record = attempt.find_done()
    assert record is not None
    return record


@pytest.mark.parametrize(
    "text", ["s3://", "s3://UPPER/x", "s3://bucket/a//b", "s3://bucket/../x", "/a/b", "s3://bucket/./x"]
)
def test_what_is_no_address_is_refused(text: str):
    with pytest.raises(TaskError) as caught:
        parse_s3_address(text)
    assert caught.value.code == "InvalidInput"


def test_an_address_comes_apart_and_together():
    address = parse_s3_address("s3://store-1/steps/plan/k1/")
    assert address == S3Address("store-1", "steps/plan/k1")
    assert str(address / "done.json") == "s3://store-1/steps/plan/k1/done.json"
    assert (address.name, address.parent.name) == ("k1", "plan")
    assert not is_s3_address("/s3://x")


@given(st.text(alphabet="ab./\\:\n\0", max_size=12))
def test_a_name_that_stays_inside_never_leaves(name: str):
    root = Path("/some/folder")
    if stays_inside(name):
        assert (root / name).resolve().is_relative_to(root)


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "a\\b", "c:x", "x\n", ".hidden", ""])
def test_a_done_record_with_a_path_out_of_its_folder_is_none(name: str):
    record = {"step": "s", "key": "k", "attempt": "a", "files": {name: {"size_bytes": 1, "sha256": "0" * 64}}}
    assert parse_done_record(json.dumps(record).encode(), "s", "k") is None


def test_conditions_hold(bucket: Bucket):
    place = bucket.address / "x.json"
    assert bucket.objects.get(place) is None
    assert bucket.objects.put_if_absent(place, b"1")
    assert not bucket.objects.put_if_absent(place, b"2")
    found = bucket.objects.get(place)
    assert found is not None
    assert bucket.objects.put_if_unchanged(place, b"3", found.etag)
    assert not bucket.objects.put_if_unchanged(place, b"4", found.etag)
    assert not bucket.objects.put_if_unchanged(bucket.address / "absent", b"4", found.etag)


def test_bytes_that_do_not_have_their_checksum_are_refused_both_ways(bucket: Bucket, tmp_path: Path):
    (tmp_path / "x").write_text("hello")
    with pytest.raises(TaskError, match="400"):
        bucket.objects.upload(tmp_path / "x", bucket.address / "x", "0" * 64)
    bucket.objects.upload(tmp_path / "x", bucket.address / "x", HELLO.sha256)
    assert bucket.objects.holds(bucket.address / "x", HELLO)
    assert not bucket.objects.holds(bucket.address / "x", Expected(5, "0" * 64))
    assert not bucket.objects.holds(bucket.address / "x", Expected(6, HELLO.sha256))
    for wrong in (Expected(5, "0" * 64), Expected(4, HELLO.sha256)):
        with pytest.raises(TaskError, match="SHA-256"):
            bucket.objects.download(bucket.address / "x", tmp_path / "y", wrong)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x"]


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(bucket: Bucket, tmp_path: Path):
    content = random.Random(0).randbytes(2**20) * (MULTIPART_FROM_BYTES // 2**20)
    (tmp_path / "x").write_bytes(content)
    expected = Expected(len(content), sha256_of(tmp_path / "x"))
    bucket.objects.upload(tmp_path / "x", bucket.address / "x", expected.sha256)
    assert bucket.objects.holds(bucket.address / "x", expected)
    bucket.objects.download(bucket.address / "x", tmp_path / "y", expected)
    assert sha256_of(tmp_path / "y") == expected.sha256


def test_test_samples_stay_in_the_store(bucket: Bucket, tmp_path: Path, prepared_folder: Path):
    address = parse_s3_address(bucket.put_step(prepared_folder, "prepare-data", "d1"))
    folder = download_step(bucket.objects, address, tmp_path / "data")
    names = {path.name for path in prepared_folder.iterdir()}
    assert {path.name for path in folder.iterdir()} == {name for name in names if not name.startswith("test-")}


def test_a_second_attempt_keeps_the_first_ones_valid_record(bucket: Bucket, tmp_path: Path):
    first, second = _attempt(bucket, tmp_path, "a1"), _attempt(bucket, tmp_path, "a2")
    assert first.commit()
    assert not second.commit()
    assert _done(second)["attempt"] == "a1"


def test_of_attempts_at_once_one_is_first(bucket: Bucket, tmp_path: Path):
    attempts = [_attempt(bucket, tmp_path, f"a{number}") for number in range(4)]
    won: list[str] = []

    def commit(attempt: S3Attempt) -> None:
        if attempt.commit():
            won.append(attempt.task_input.attempt)

    threads = [threading.Thread(target=commit, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [_done(attempts[0])["attempt"]]


@pytest.mark.parametrize("damage", ["changed", "missing", "not json", "other key"])
def test_a_record_that_names_a_wrong_object_is_replaced(bucket: Bucket, tmp_path: Path, damage: str):
    first, second = _attempt(bucket, tmp_path, "a1"), _attempt(bucket, tmp_path, "a2")
    assert first.commit()
    done, place = first.output / "done.json", first.output / "a1" / "x.txt"
    if damage == "changed":
        bucket.objects.put(place, b"sane")
    elif damage == "missing":
        bucket.objects.remove(place)
    else:
        text = {"not json": b"{", "other key": json.dumps(_done(first) | {"key": "k2"}).encode()}[damage]
        bucket.objects.put(done, text)
    assert first.find_done() is None
    assert second.commit()
    assert _done(first)["attempt"] == "a2"


def test_a_record_whose_answer_was_lost_is_still_our_own(bucket: Bucket, tmp_path: Path):
    attempt = _attempt(bucket, tmp_path, "a1")
    assert attempt.commit()
    (attempt.checkpoint_folder / "x.checkpoint").write_bytes(b"x")
    assert _attempt(bucket, tmp_path, "a1").commit()


def _failing_client(bucket: Bucket, share: float, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[int]]:
    """A client of which a share of the requests is answered 500 or 503, half of these after they were done."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    client, chance, faults = client_for(bucket.environment), random.Random(1), [0]
    real = client._endpoint.http_session.send

    def send(request: Any) -> AWSResponse:
        if chance.random() >= share:
            return real(request)
        faults[0] += 1
        if chance.random() < 0.5:
            real(request)
        status = chance.choice([500, 503])
        return AWSResponse(request.url, status, {}, _NoBody())

    client._endpoint.http_session.send = send
    return client, faults


class _NoBody(io.BytesIO):
    def stream(self, **_: object):
        return iter(())


def test_with_thirty_percent_of_the_calls_failing_a_step_is_committed(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    client, faults = _failing_client(bucket, 0.3, monkeypatch)
    attempt = _attempt(bucket, tmp_path, "a1", S3Objects(client))
    for number in range(20):
        (attempt.folder / f"{number}.txt").write_text(str(number))
    assert attempt.commit()
    assert len(_done(attempt)["files"]) == 21
    assert faults[0] >= 3  # threads share the chances, so the count differs from run to run


def test_a_fault_that_stays_is_one_clear_error(bucket: Bucket, monkeypatch: pytest.MonkeyPatch):
    client, faults = _failing_client(bucket, 1.0, monkeypatch)
    with pytest.raises(TaskError) as caught:
        S3Objects(client).get(bucket.address / "x")
    assert caught.value.code == "StoreFailed"
    assert str(bucket.address / "x") in caught.value.problems[0].message
    assert faults == [client_module._TRIES]


class _BreaksOff:
    """Answers half of the body once, then all of it."""

    def __init__(self) -> None:
        self.parts = [b"hel", b"hello"]

    def get_object(self, **_: object) -> dict[str, Any]:
        body = StreamingBody(io.BytesIO(self.parts.pop(0)), 5)
        return {"Body": body, "ContentLength": 5, "ETag": "e"}


def test_a_small_object_whose_body_breaks_off_is_read_again():
    client = _BreaksOff()
    found = S3Objects(client).get(S3Address("store", "x"))
    assert found is not None
    assert found.content == b"hello"
    assert client.parts == []


def test_nobody_at_the_endpoint_is_one_clear_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.0)
    environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    with pytest.raises(TaskError, match="EndpointConnectionError"):
        S3Objects(client_for(environment)).get(S3Address("store", "x"))


def test_the_endpoint_of_s3_goes_before_the_one_of_everything():
    both = {
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:2",
        "AWS_REGION": "eu-west-1",
    }
    client = create_s3_client(both)
    assert (client.meta.endpoint_url, client.meta.region_name) == ("http://127.0.0.1:1", "eu-west-1")


def _mirror(bucket: Bucket, folder: Path, interval_s: float, urgent: threading.Event) -> CheckpointMirror:
    folder.mkdir(exist_ok=True)
    say = Progress("x", io.StringIO())
    return CheckpointMirror(bucket.objects, folder, bucket.address / "checkpoint", say, urgent.is_set, interval_s)


def _kept(bucket: Bucket) -> bytes | None:
    found = bucket.objects.get(bucket.address / "checkpoint" / "x.checkpoint")
    return None if found is None else found.content


def _until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _replace(path: Path, content: bytes) -> None:
    path.with_name(".part").write_bytes(content)
    path.with_name(".part").replace(path)


def test_a_checkpoint_goes_up_then_waits_for_its_time_or_for_the_notice_or_the_end(bucket: Bucket, tmp_path: Path):
    urgent, path = threading.Event(), tmp_path / "c" / "x.checkpoint"
    mirror = _mirror(bucket, tmp_path / "c", 3600, urgent)
    mirror.start()
    _replace(path, b"one")
    _until(lambda: _kept(bucket) == b"one")
    _replace(path, b"two")
    time.sleep(1.2)
    assert _kept(bucket) == b"one"
    urgent.set()
    _until(lambda: _kept(bucket) == b"two")
    urgent.clear()
    _replace(path, b"three")
    mirror.finish(upload=True)
    assert _kept(bucket) == b"three"
    mirror.finish(upload=True)
    assert [each.name for each in (tmp_path / "c").iterdir()] == ["x.checkpoint"]


def test_what_was_fetched_is_not_sent_back_and_what_was_kept_can_be_removed(bucket: Bucket, tmp_path: Path):
    bucket.objects.put(bucket.address / "checkpoint" / "x.checkpoint", b"one")
    bucket.objects.put(bucket.address / "checkpoint" / "deeper" / "y.checkpoint", b"no")
    mirror = _mirror(bucket, tmp_path / "c", 0, threading.Event())
    mirror.fetch()
    assert {each.name: each.read_bytes() for each in (tmp_path / "c").iterdir()} == {"x.checkpoint": b"one"}
    bucket.objects.put(bucket.address / "checkpoint" / "x.checkpoint", b"another's")
    mirror.finish(upload=True)
    assert _kept(bucket) == b"another's"
    mirror.remove()
    assert list(bucket.objects.list(bucket.address / "checkpoint")) == []


def test_a_checkpoint_that_can_not_be_kept_does_not_end_the_training(bucket: Bucket, tmp_path: Path):
    lines = io.StringIO()
    (tmp_path / "x.checkpoint").write_bytes(b"one")
    mirror = CheckpointMirror(bucket.objects, tmp_path, S3Address("no-such-bucket", "c"), Progress("x", lines))
    mirror.finish(upload=True)
    assert "x.checkpoint could not be kept in the store" in lines.getvalue()
