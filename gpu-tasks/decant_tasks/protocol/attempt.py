"""One attempt at a step: files go into OUTPUT/<attempt>/, and done.json, written last and create-only, names them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from decant_tasks.protocol.files import sha256_of, sync_file, sync_folder, write_json, write_whole
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.schema import find_problems


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
        """Makes the folders."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint_folder.mkdir(parents=True, exist_ok=True)

    def find_done(self) -> dict[str, Any] | None:
        """done.json where it is valid and every file that it names is there with its size and hash; else None."""
        try:
            record = json.loads((self.output / "done.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        if find_problems("done", record, "done.json"):
            return None
        if (record["step"], record["key"]) != (self.task_input.step, self.task_input.key):
            return None
        folder = self.output / record["attempt"]
        return record if all(_matches(folder, name, entry) for name, entry in record["files"].items()) else None

    def commit(self) -> bool:
        """Writes done.json; answers False where another attempt was first, whose record stays."""
        record = {
            "step": self.task_input.step,
            "key": self.task_input.key,
            "attempt": self.task_input.attempt,
            "files": self._describe_files(),
        }
        final = self.output / "done.json"
        beside = self.output / f".done.json.{self.task_input.attempt}"
        write_json(beside, record)
        try:
            os.link(beside, final)  # create-only: fails where the name exists
        except FileExistsError:
            if self.find_done() is not None:
                return False
            text = beside.read_bytes()
            write_whole(final, lambda part: part.write_bytes(text))
        finally:
            beside.unlink(missing_ok=True)
        sync_folder(self.output)
        return True

    def _describe_files(self) -> dict[str, dict[str, Any]]:
        files = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                sync_file(path)
                name = str(PurePosixPath(path.relative_to(self.folder)))
                files[name] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
        sync_folder(self.folder)
        return files


def _matches(folder: Path, name: str, entry: dict[str, Any]) -> bool:
    path = folder / name
    if ".." in PurePosixPath(name).parts or not path.is_file():
        return False
    return path.stat().st_size == entry["size_bytes"] and sha256_of(path) == entry["sha256"]
