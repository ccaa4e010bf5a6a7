"""done.json, read without trust: another process, another version or a failing disk may have written it."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from decant_tasks.protocol.files import sha256_of, sync_file, sync_folder
from decant_tasks.schema import find_problems

DoneRecord = dict[str, Any]
"""{"step","key","attempt","files": {name: {"size_bytes","sha256"}}}, schemas/done.schema.json."""


def parse_done_record(content: bytes, step: str, key: str) -> DoneRecord | None:
    """The record, or None where the bytes are not a done.json of this step, or name a file outside its folder."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if find_problems("done", record, "done.json") or (record["step"], record["key"]) != (step, key):
        return None
    return record if all(map(stays_inside, record["files"])) and stays_inside(record["attempt"]) else None


def stays_inside(name: str) -> bool:
    """Whether folder/name lies in the folder. The schema says so too; this is what guards the disk."""
    parts = PurePosixPath(name).parts
    plain = not any(character in name for character in "\\:\n\r\0")
    return bool(parts) and plain and ".." not in parts and not name.startswith("/")


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and hash of every file that an attempt wrote, by path relative to its folder; makes them durable."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            sync_file(path)
            name = str(PurePosixPath(path.relative_to(folder)))
            files[name] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
    sync_folder(folder)
    return files
