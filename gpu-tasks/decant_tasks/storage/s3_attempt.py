"""One attempt at a step whose output lies in S3: it works in a folder of this machine, and done.json goes up last."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path

from decant_tasks.errors import TaskError
from decant_tasks.protocol.done_record import DoneRecord, describe_files, parse_done_record
from decant_tasks.protocol.failure import failure_name
from decant_tasks.protocol.task_input import TaskInput
from decant_tasks.storage.address import S3Address
from decant_tasks.storage.checkpoint_mirror import CheckpointMirror
from decant_tasks.storage.finished_step import is_whole
from decant_tasks.storage.objects import S3Object, S3Objects
from decant_tasks.storage.parallel import in_parallel


@dataclass(frozen=True)
class S3Attempt:
    """`output` is s3://.../steps/<step>/<key>; `work` an empty local folder; the mirror keeps checkpoint_folder."""

    task_input: TaskInput
    output: S3Address
    objects: S3Objects
    work: Path
    mirror: CheckpointMirror

    @property
    def folder(self) -> Path:
        return self.work / "files"

    @property
    def checkpoint_folder(self) -> Path:
        return self.work / "checkpoint"

    def begin(self) -> None:
        """Makes the folders, fetches what an earlier attempt had reached, and forgets an earlier failure."""
        for folder in (self.folder, self.checkpoint_folder):
            folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(TaskError):  # a role may write but not remove; a later failure writes over it
            self.objects.remove(self.output / failure_name(self.task_input.attempt))
        self.mirror.fetch()
        self.mirror.start()

    def find_done(self) -> DoneRecord | None:
        """done.json where it is valid and every object that it names is there with its size and hash; else None."""
        return self._valid(self.objects.get(self.output / "done.json"))

    def commit(self) -> bool:
        """Uploads the files, then done.json; answers False where another attempt was first, whose record stays."""
        files = describe_files(self.folder)
        place = self.output / self.task_input.attempt
        in_parallel(lambda name: self.objects.upload(self.folder / name, place / name, files[name]["sha256"]), files)
        fields = {"step": self.task_input.step, "key": self.task_input.key, "attempt": self.task_input.attempt}
        record = fields | {"files": files}
        content = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
        own = self._write_done(record, content)
        self.mirror.finish(upload=False)
        if own:
            self.mirror.remove()
        return own

    def _write_done(self, record: DoneRecord, content: bytes) -> bool:
        final = self.output / "done.json"
        while not self.objects.put_if_absent(final, content):
            there = self.objects.get(final)
            valid = self._valid(there)
            if valid is not None:
                return valid == record  # our own where the answer to the first write was lost
            if there is not None and self.objects.put_if_unchanged(final, content, there.etag):
                return True
        return True

    def close(self) -> None:
        """Ends the watch; what was reached and not committed goes up."""
        self.mirror.finish(upload=True)

    def _valid(self, found: S3Object | None) -> DoneRecord | None:
        if found is None:
            return None
        record = parse_done_record(found.content, self.task_input.step, self.task_input.key)
        return record if record is not None and is_whole(self.objects, self.output, record) else None
