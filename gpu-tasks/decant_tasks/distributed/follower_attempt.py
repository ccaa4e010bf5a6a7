"""The attempt of every process but the main one: it trains along in a folder of its own, and commits nothing."""

from dataclasses import dataclass
from pathlib import Path

from decant_tasks.protocol.done_record import DoneRecord


@dataclass(frozen=True)
class FollowerAttempt:
    """`work`: a folder of this process that goes with it. Checkpoints come from the main process."""

    work: Path

    @property
    def folder(self) -> Path:
        return self.work / "files"

    @property
    def checkpoint_folder(self) -> Path:
        return self.work / "checkpoint"

    def begin(self) -> None:
        """Makes the folders."""
        for folder in (self.folder, self.checkpoint_folder):
            folder.mkdir(parents=True, exist_ok=True)

    def find_done(self) -> DoneRecord | None:
        """The main process looks, and all agree."""
        return None

    def commit(self) -> bool:
        """The main process commits."""
        return True

    def close(self) -> None:
        """Nothing is kept."""
