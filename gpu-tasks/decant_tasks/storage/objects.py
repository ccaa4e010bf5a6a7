"""Objects of S3: small ones as bytes with conditions, files with their checksums, lists, removal."""

import base64
import hashlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from decant_tasks.errors import TaskError
from decant_tasks.storage.address import S3Address
from decant_tasks.storage.client import CONCURRENT_TRANSFERS, error_status, store_errors

# Above this a file goes up in parts, each with its own checksum; a part that fails is sent again, and a file that fails
# is aborted.
MULTIPART_FROM_BYTES = 64 * 2**20
_CHUNK_BYTES = 2**20
_BODY_TRIES = 4
_CONFLICT_TRIES = 20
Received = TypeVar("Received")


@dataclass(frozen=True)
class S3Object:
    """`etag` as S3 gave it, for put_if_unchanged."""

    content: bytes
    etag: str


@dataclass(frozen=True)
class Expected:
    """What a file has to be; sha256 in lower-case hex."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class S3Objects:
    """Calls of one client. Errors that stay after its retries are StoreFailed."""

    client: Any

    def get(self, address: S3Address, limit_bytes: int = 64 * 2**20) -> S3Object | None:
        """A small object, or None where there is none."""

        def receive() -> S3Object:
            answer = self.client.get_object(Bucket=address.bucket, Key=address.key)
            with closing(answer["Body"]) as body:
                content = body.read(limit_bytes + 1)
            # With a limit, read() takes a body that breaks off for a short one.
            if len(content) < min(answer["ContentLength"], limit_bytes + 1):
                raise IncompleteReadError(actual_bytes=len(content), expected_bytes=answer["ContentLength"])
            return S3Object(content, answer["ETag"])

        with store_errors("read", address):
            try:
                found = _try_again(receive)
            except ClientError as error:
                if error_status(error) == 404 and error.response.get("Error", {}).get("Code") != "NoSuchBucket":
                    return None
                raise
        if len(found.content) > limit_bytes:
            raise TaskError("StoreFailed", f"Expected at most {limit_bytes} bytes.", str(address))
        return found

    def put(self, address: S3Address, content: bytes) -> None:
        """Writes a small object, whatever was there."""
        self._put(address, content, {})

    def put_if_absent(self, address: S3Address, content: bytes) -> bool:
        """Creates a small object, or answers False where one exists. After a lost answer that may be our own."""
        return self._put(address, content, {"IfNoneMatch": "*"})

    def put_if_unchanged(self, address: S3Address, content: bytes, etag: str) -> bool:
        """Replaces a small object, or answers False where it is another one by now."""
        return self._put(address, content, {"IfMatch": etag})

    def _put(self, address: S3Address, content: bytes, condition: dict[str, str]) -> bool:
        place = {"Bucket": address.bucket, "Key": address.key, "Body": content} | condition
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
        with store_errors("write", address):
            for attempt in range(_CONFLICT_TRIES):
                try:
                    self.client.put_object(ChecksumSHA256=digest, **place)
                    return True
                except ClientError as error:
                    status = error_status(error)
                    if condition and (status == 412 or (status == 404 and "IfMatch" in condition)):
                        return False
                    if status != 409 or attempt == _CONFLICT_TRIES - 1:  # 409: another writer is at it, ask again
                        raise
                    _wait(attempt)
        raise AssertionError("the last try raises or returns")

    def upload(self, path: Path, address: S3Address, sha256: str) -> None:
        """A file; S3 refuses bytes that do not have the checksum."""
        with store_errors("write", address):
            if path.stat().st_size < MULTIPART_FROM_BYTES:
                digest = base64.b64encode(bytes.fromhex(sha256)).decode("ascii")
                with path.open("rb") as file:
                    self.client.put_object(Bucket=address.bucket, Key=address.key, Body=file, ChecksumSHA256=digest)
                return
            config = TransferConfig(MULTIPART_FROM_BYTES, CONCURRENT_TRANSFERS, multipart_chunksize=16 * 2**20)
            extra = {"ChecksumAlgorithm": "SHA256"}
            self.client.upload_file(str(path), address.bucket, address.key, ExtraArgs=extra, Config=config)

    def download(self, address: S3Address, path: Path, expected: Expected | None = None) -> None:
        """A file, under its name only when it is whole and what was expected. A broken transfer starts anew."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        try:
            with store_errors("read", address):
                found = _try_again(lambda: self._receive(address, part, expected))
            if expected is not None and found != expected:
                message = f"Expected {expected.size_bytes} bytes with SHA-256 {expected.sha256}, got {found.sha256}."
                raise TaskError(
                    "StoreFailed", f"{message} The object was changed after its hash was taken.", str(address)
                )
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _receive(self, address: S3Address, part: Path, expected: Expected | None) -> Expected:
        """What came; stops once it is more than was expected."""
        digest, count = hashlib.sha256(), 0
        answer = self.client.get_object(Bucket=address.bucket, Key=address.key)
        with closing(answer["Body"]) as body, part.open("wb") as file:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                count += len(chunk)
                digest.update(chunk)
                if expected is not None and count > expected.size_bytes:
                    break
                file.write(chunk)
        return Expected(count, digest.hexdigest())

    def size_bytes(self, address: S3Address) -> int | None:
        """Size of an object, or None where there is none."""
        with store_errors("read", address):
            try:
                return int(self.client.head_object(Bucket=address.bucket, Key=address.key)["ContentLength"])
            except ClientError as error:
                if error_status(error) == 404:
                    return None
                raise

    def holds(self, address: S3Address, expected: Expected) -> bool:
        """Whether the object is there with this size and hash. S3 tells the hash of what was uploaded in one piece;
        of anything else the bytes are read."""
        with store_errors("read", address):
            try:
                head = self.client.head_object(Bucket=address.bucket, Key=address.key, ChecksumMode="ENABLED")
            except ClientError as error:
                if error_status(error) == 404:
                    return False
                raise
            if head["ContentLength"] != expected.size_bytes:
                return False
            checksum = head.get("ChecksumSHA256", "")
            if checksum and "-" not in checksum and head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT":
                return base64.b64decode(checksum).hex() == expected.sha256
            return _try_again(lambda: self._hash(address)) == expected.sha256

    def _hash(self, address: S3Address) -> str:
        digest = hashlib.sha256()
        with closing(self.client.get_object(Bucket=address.bucket, Key=address.key)["Body"]) as body:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    def list(self, folder: S3Address) -> Iterator[tuple[S3Address, int]]:
        """Addresses under folder/ and their sizes."""
        with store_errors("list", folder):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=f"{folder.key}/")
            for page in pages:
                for entry in page.get("Contents", []):
                    yield S3Address(folder.bucket, entry["Key"]), int(entry["Size"])

    def remove(self, address: S3Address) -> None:
        """Removes an object; one that is not there is no error."""
        with store_errors("remove", address):
            self.client.delete_object(Bucket=address.bucket, Key=address.key)


def _try_again(receive: Callable[[], Received]) -> Received:
    """The client itself tries calls again, but not a body that breaks off while it is read: that starts anew here."""
    for attempt in range(_BODY_TRIES - 1):
        try:
            return receive()
        except (HTTPClientError, IncompleteReadError):
            _wait(attempt)
    return receive()


def _wait(attempt: int) -> None:
    time.sleep(random.random() * min(5.0, 0.2 * 2**attempt))  # jitter: writers that collided should not meet again
