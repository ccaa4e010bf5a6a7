"""s3://bucket/key: told from a local path, taken apart and joined."""

import re
from dataclasses import dataclass

from decant_tasks.errors import TaskError

SCHEME = "s3://"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY_BYTES_MAX = 1024


@dataclass(frozen=True)
class S3Address:
    """`key` has no slash at either end; it is empty for a whole bucket."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> "S3Address":
        return S3Address(self.bucket, f"{self.key}/{name}" if self.key else name)

    @property
    def parent(self) -> "S3Address":
        return S3Address(self.bucket, self.key.rpartition("/")[0])

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


def is_s3_address(text: str) -> bool:
    """Whether a text names something in S3 and not on this machine."""
    return text.startswith(SCHEME)


def parse_s3_address(text: str) -> S3Address:
    """Raises InvalidInput on what is no address, or holds a segment that would leave its folder."""
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    key = key.rstrip("/")
    segments = key.split("/") if key else []
    fits = len(key.encode("utf-8", "replace")) <= _KEY_BYTES_MAX
    if not (is_s3_address(text) and _BUCKET.fullmatch(bucket) and fits) or {"", ".", ".."} & set(segments):
        message = f"Expected an address as s3://bucket/prefix without empty or dotted segments, got {text[:200]!r}."
        raise TaskError("InvalidInput", message)
    return S3Address(bucket, key)
