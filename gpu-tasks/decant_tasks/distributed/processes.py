"""The processes that train together. Alone, every question here answers at once, and nothing is set up.

All of them run the same code in the same order; what a single one knows (a checkpoint, a signal, the time) is agreed on
before it decides anything, since a process that takes another path leaves the others waiting.
"""

import os
from collections.abc import Mapping

import torch
from torch import distributed


def process_count() -> int:
    """How many train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def process_rank() -> int:
    """Which one this is; 0 is the main one, which alone writes."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def join_processes(environment: Mapping[str, str]) -> None:
    """Meets the others where torchrun's environment says; NCCL between GPUs, gloo for what lies on CPUs."""
    backend = "gloo"
    if torch.cuda.is_available():
        torch.cuda.set_device(int(environment.get("LOCAL_RANK") or 0))
        backend = "cpu:gloo,cuda:nccl"
    os.environ.update({name: environment[name] for name in ("MASTER_ADDR", "MASTER_PORT") if name in environment})
    distributed.init_process_group(backend, rank=int(environment["RANK"]), world_size=int(environment["WORLD_SIZE"]))


def highest_of_all(number: int) -> int:
    """The same answer in every process."""
    if process_count() == 1:
        return number
    tensor = torch.tensor([number])
    distributed.all_reduce(tensor, distributed.ReduceOp.MAX)
    return int(tensor)


def from_main(content: bytes | None) -> bytes | None:
    """What the main process has, in every process; the others' own argument counts for nothing."""
    if process_count() == 1:
        return content
    length = torch.tensor([-1 if content is None else len(content)])
    distributed.broadcast(length, 0)
    if int(length) < 0:
        return None
    main = process_rank() == 0 and content is not None
    data = torch.frombuffer(bytearray(content), dtype=torch.uint8) if main and content else None
    data = torch.empty(int(length), dtype=torch.uint8) if data is None else data
    if len(data):
        distributed.broadcast(data, 0)
    return data.numpy().tobytes()


def wait_for_all() -> None:
    """Goes on when every process has come here."""
    highest_of_all(0)


def is_lost_company(error: BaseException) -> bool:
    """Whether an error says that another process is gone: gloo's and NCCL's words for it."""
    words = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "NCCL", "gloo", "TCPStore")
    return isinstance(error, RuntimeError) and any(word in str(error) for word in words)
