"""failed-<attempt>.json in OUTPUT: why an attempt failed, for a workflow that sees only that its container did; and
usage-<attempt>.json: how long it had worked, since a candidate that failed has cost its money, too."""

import contextlib
import json
import re
import sys
from pathlib import Path, PurePosixPath
from typing import Any

from decant_tasks.errors import TaskError
from decant_tasks.protocol.files import write_json
from decant_tasks.storage.address import is_s3_address, parse_s3_address

_INPUT_NAME = re.compile(r"input-([A-Za-z0-9][A-Za-z0-9._-]{0,199})\.json")
_TRIES = 3


def failure_name(attempt: str) -> str:
    """Name of the record beside done.json."""
    return f"failed-{attempt}.json"


def usage_name(attempt: str) -> str:
    """Of an attempt that failed; core/budget/usage.ts reads it."""
    return f"usage-{attempt}.json"


def error_record(error: TaskError) -> dict[str, Any]:
    """{"code","problems"}, schemas/error.schema.json."""
    problems = [{"message": p.message} | ({"where": p.where} if p.where else {}) for p in error.problems]
    return {"code": error.code, "problems": problems}


def record_failure(
    source: str, output: str, error: TaskError, usage: dict[str, Any] | None = None, keep_other: bool = False
) -> None:
    """Writes the record, and `usage` where the attempt had begun to work. The attempt stands in the name of INPUT,
    input-<attempt>.json, so that a broken input is recorded too. `keep_other`: not over what another process of the
    task wrote, which knows the cause better. That the record can't be written is said on standard error; the error
    itself is what counts."""
    named = _INPUT_NAME.fullmatch(PurePosixPath(source.replace("\\", "/")).name)
    if named is None or not output:
        return
    try:
        _write(output, failure_name(named[1]), error_record(error), keep_other)
        if usage is not None and not keep_other:
            _write(output, usage_name(named[1]), usage, keep_other)
    except (TaskError, OSError) as problem:
        print(f"The record of the failure could not be written: {problem}", file=sys.stderr)


def _write(output: str, name: str, record: dict[str, Any], keep_other: bool) -> None:
    if not is_s3_address(output):
        if not (keep_other and (Path(output) / name).exists()):
            write_json(Path(output) / name, record)
        return
    from decant_tasks.storage.client import create_s3_client
    from decant_tasks.storage.objects import S3Objects

    objects, address = S3Objects(create_s3_client(tries=_TRIES)), parse_s3_address(output) / name
    content = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
    if keep_other:
        objects.put_if_absent(address, content)
    else:
        objects.put(address, content)


def forget_failure(output: Path, attempt: str) -> None:
    """A new try of the same attempt begins."""
    with contextlib.suppress(FileNotFoundError):
        (output / failure_name(attempt)).unlink()
