"""One attempt at a step: files go into OUTPUT/<attempt>/, and done.json, written last and create-only, names them."""

import contextlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from decant_tasks.protocol.done_record import DoneRecord, describe_files, parse_done_record
from decant_tasks.protocol.failure import forget_failure
from decant_tasks.protocol.files import sha256_of, sync_file, sync_folder, write_json, write_whole
from decant_tasks.protocol.task_input import TaskInput

# Writing a checkpoint takes seconds; a part file this old belongs to a process that is gone.
_ABANDONED_AFTER_S = 600


class StepAttempt(Protocol):
    """What the entry needs of an attempt, wherever its output lies."""

    @property
    def folder(self) -> Path: ...

    @property
    def checkpoint_folder(self) -> Path: ...

    def begin(self) -> None: ...

    def find_done(self) -> DoneRecord | None: ...

    def commit(self) -> bool: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Attempt:
    """`output` is steps/<step>/<key>; `folder` takes this attempt's files, `checkpoint_folder` outlives attempts."""

    task_input: TaskInput
    output: Path

    @property
    def folder(self) -> Path:
        return self.output / self.task_input.attempt

    @property
    def checkpoint_folder(self) -> Path:
        return self.output / "checkpoint"

    def begin(self) -> None:
        """Makes the folders, and removes what killed processes left half-written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint_folder.mkdir(parents=True, exist_ok=True)
        forget_failure(self.output, self.task_input.attempt)
        for part in self.checkpoint_folder.glob(".*.part"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > _ABANDONED_AFTER_S:
                    part.unlink()

    def find_done(self) -> DoneRecord | None:
        """done.json where it is valid and every file that it names is there with its size and hash; else None."""
        try:
            content = (self.output / "done.json").read_bytes()
        except OSError:
            return None
        record = parse_done_record(content, self.task_input.step, self.task_input.key)
        if record is None:
            return None
        folder = self.output / record["attempt"]
        return record if all(_matches(folder / name, entry) for name, entry in record["files"].items()) else None

    def commit(self) -> bool:
        """Writes done.json; answers False where another attempt was first, whose record stays."""
        record = {
            "step": self.task_input.step,
            "key": self.task_input.key,
            "attempt": self.task_input.attempt,
            "files": describe_files(self.folder),
        }
        final = self.output / "done.json"
        beside = self.output / f".done.json.{self.task_input.attempt}"
        write_json(beside, record)
        try:
            _create_only(beside, final)
        except FileExistsError:
            if self.find_done() is not None:
                return False
            text = beside.read_bytes()
            write_whole(final, lambda part: part.write_bytes(text))
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(self.output)
        shutil.rmtree(self.checkpoint_folder, ignore_errors=True)  # nothing will go on from it any more
        return True

    def close(self) -> None:
        """Nothing is left to do: checkpoints are where they belong as soon as they are written."""


def _create_only(beside: Path, final: Path) -> None:
    """A link fails where the name exists, and the file appears whole. Where a file system has no links, the record is
    written in place: a torn one reads as invalid and is replaced."""
    try:
        os.link(beside, final)
    except FileExistsError:
        raise
    except OSError:
        with final.open("xb") as file:
            file.write(beside.read_bytes())
        sync_file(final)


def _matches(path: Path, entry: dict[str, Any]) -> bool:
    return path.is_file() and path.stat().st_size == entry["size_bytes"] and sha256_of(path) == entry["sha256"]
