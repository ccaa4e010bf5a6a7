"""A finished step in S3: its done.json, whether what it names is there, and its files on this machine."""

import shutil
from collections.abc import Callable
from pathlib import Path

from decant_tasks.errors import TaskError
from decant_tasks.protocol.done_record import DoneRecord, parse_done_record
from decant_tasks.storage.address import S3Address
from decant_tasks.storage.objects import Expected, S3Objects
from decant_tasks.storage.parallel import in_parallel

# Only Certify reads test samples; what a training machine does not hold it can't learn from.
_LEFT_IN_THE_STORE = "test-"


def is_whole(objects: S3Objects, step: S3Address, record: DoneRecord) -> bool:
    """Whether every file that the record names is there with its size and hash."""
    folder = step / record["attempt"]
    files = [(folder / name, Expected(**entry)) for name, entry in record["files"].items()]
    return all(in_parallel(lambda file: objects.holds(*file), files))


def download_step(
    objects: S3Objects, address: S3Address, folder: Path, check: Callable[[], object] = lambda: None
) -> Path:
    """Downloads the files of `.../steps/<step>/<key>/<attempt>` into `folder`, each verified against done.json. The
    attempt that done.json names counts: another one may have replaced a damaged one since the input was written."""
    step = address.parent
    found = objects.get(step / "done.json")
    record = None if found is None else parse_done_record(found.content, step.parent.name, step.name)
    if record is None:
        what = "no done.json" if found is None else "a done.json of another step or with paths out of its folder"
        message = f"Expected a finished step, got {what}. Run the same job again; it does the step anew."
        raise TaskError("StoreFailed", message, str(step))
    wanted = {name: Expected(**entry) for name, entry in record["files"].items() if not _is_left(step, name)}
    _check_space(folder, sum(expected.size_bytes for expected in wanted.values()))
    root = folder.resolve()

    def download(name: str) -> None:
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise TaskError("StoreFailed", f"Expected a file inside its folder, got {name[:200]!r}.", str(step))
        objects.download(step / record["attempt"] / name, path, wanted[name])

    in_parallel(download, wanted, check)
    return root


def _is_left(step: S3Address, name: str) -> bool:
    return step.parent.name == "prepare-data" and name.startswith(_LEFT_IN_THE_STORE)


def _check_space(folder: Path, size_bytes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free_bytes = shutil.disk_usage(folder).free
    if size_bytes > free_bytes:
        message = f"Expected room for {size_bytes} bytes of input, got {free_bytes}. Give the machine a larger disk."
        raise TaskError("DiskFull", message, str(folder))
