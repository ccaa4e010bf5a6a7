"""A checkpoint file: its own SHA-256 first, then the state, so that a torn or changed one is known and ignored."""

import hashlib
import io
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from decant_tasks.distributed.processes import from_main, process_rank
from decant_tasks.protocol.files import write_whole
from decant_tasks.protocol.progress import Progress

_MAGIC = b"decant-checkpoint-1\n"
_DIGEST_BYTES = 32
# Epochs of small jobs end every second or so; a checkpoint for each would cost more than it saves.
_EPOCH_END_INTERVAL_S = 5.0


@dataclass
class Checkpoint:
    """Saves and loads one phase's state: tensors, numbers, strings, lists and dictionaries."""

    path: Path
    progress: Progress
    interval_s: float = 30.0
    _last_s: float = field(default_factory=time.monotonic)

    def is_due(self, epoch_end: bool = False) -> bool:
        """Whether so much time went by that the state should be saved."""
        interval_s = min(_EPOCH_END_INTERVAL_S, self.interval_s) if epoch_end else self.interval_s
        return time.monotonic() - self._last_s >= interval_s

    def save(self, state: dict[str, Any]) -> None:
        """Writes the state whole; a crash leaves the one before. Of several processes the main one writes."""
        if process_rank() > 0:
            return
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getbuffer()
        digest = hashlib.sha256(content).digest()

        def write(part: Path) -> None:
            with part.open("wb") as file:
                file.write(_MAGIC + digest)
                file.write(content)

        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, write)
        self._last_s = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The state, or None where there is none or it is corrupt, which a progress line then says. All of several
        processes get the main one's."""
        content = from_main(self.path.read_bytes() if process_rank() == 0 and self.path.is_file() else None)
        if content is None:
            return None
        start = len(_MAGIC) + _DIGEST_BYTES
        digest = hashlib.sha256(memoryview(content)[start:]).digest()
        if content[:start] != _MAGIC + digest:
            self.progress(f"the checkpoint {self.path.name} is corrupt and ignored")
            return None
        return torch.load(io.BytesIO(memoryview(content)[start:]), map_location="cpu", weights_only=True)
