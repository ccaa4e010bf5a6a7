"""Keeps a copy of the checkpoint folder in S3 while the task trains: the last one wins, each at most every 30 s.

It watches the folder, so that training knows nothing of it: a checkpoint appears by a rename, whole or not at all.
"""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from decant_tasks.errors import TaskError
from decant_tasks.protocol.files import sha256_of
from decant_tasks.storage.address import S3Address
from decant_tasks.storage.objects import S3Objects

UPLOAD_INTERVAL_S = 30.0
_LOOK_INTERVAL_S = 0.5
Version = tuple[int, int, int]
"""What changes when a file is replaced: inode, modification time, size."""


class CheckpointMirror:
    """`is_urgent` answers whether the machine is about to go: then nothing waits for the interval."""

    def __init__(
        self,
        objects: S3Objects,
        folder: Path,
        target: S3Address,
        say: Callable[[str], object],
        is_urgent: Callable[[], bool] = lambda: False,
        interval_s: float = UPLOAD_INTERVAL_S,
    ):
        self._objects, self._folder, self._target = objects, folder, target
        self._say, self._is_urgent, self._interval_s = say, is_urgent, interval_s
        self._kept: dict[str, Version] = {}
        self._last_s: dict[str, float] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoint-mirror", daemon=True)

    def fetch(self) -> None:
        """Downloads what an earlier attempt left. A torn or changed checkpoint is known by its own hash when loaded."""
        for address, _ in self._objects.list(self._target):
            if address.parent == self._target and not address.name.startswith("."):
                path = self._folder / address.name
                self._objects.download(address, path)
                self._kept[path.name] = _version_of(path)

    def start(self) -> None:
        """Begins to watch, in a thread of its own."""
        self._thread.start()

    def finish(self, upload: bool) -> None:
        """Ends the watch, once; with `upload` the last state goes up first."""
        if self._end.is_set():
            return
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        if upload:
            self._upload_changed(urgent=True)

    def remove(self) -> None:
        """Removes the copy: nothing will go on from it any more. Where that is not allowed it expires by itself."""
        try:
            for address, _ in list(self._objects.list(self._target)):
                self._objects.remove(address)
        except TaskError as error:
            self._say(f"the checkpoint stays in the store: {error}")

    def _run(self) -> None:
        while not self._end.wait(_LOOK_INTERVAL_S):
            self._upload_changed(self._is_urgent())

    def _upload_changed(self, urgent: bool) -> None:
        for path in sorted(self._folder.glob("*.checkpoint")):
            due = time.monotonic() - self._last_s.get(path.name, float("-inf")) >= self._interval_s
            if (urgent or due) and self._kept.get(path.name) != _version_of(path):
                self._last_s[path.name] = time.monotonic()
                try:
                    self._upload(path)
                except (TaskError, OSError) as error:  # training goes on; the next look tries again
                    self._say(f"the checkpoint {path.name} could not be kept in the store: {error}")

    def _upload(self, path: Path) -> None:
        """Uploads through a second name, which still holds these bytes when training replaces the file meanwhile."""
        snapshot = path.with_name(f".{path.name}.{os.getpid()}.snapshot")
        snapshot.unlink(missing_ok=True)
        os.link(path, snapshot)
        try:
            version = _version_of(snapshot)
            self._objects.upload(snapshot, self._target / path.name, sha256_of(snapshot))
            self._kept[path.name] = version
        finally:
            snapshot.unlink(missing_ok=True)


def _version_of(path: Path) -> Version:
    status = path.stat()
    return (status.st_ino, status.st_mtime_ns, status.st_size)
