"""One batch, cut into a share for each process: the gradient of all is the gradient of the whole batch.

Li et al. 2020, "PyTorch Distributed: Experiences on Accelerating Data Parallel Training".
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from decant_tasks.distributed.processes import process_count, process_rank
from decant_tasks.errors import TaskError


@dataclass(frozen=True)
class Share:
    """This process's samples of a batch. weight: what its mean loss counts in the mean over processes, so that uneven
    shares give the mean over samples; 1 alone."""

    indices: np.ndarray
    weight: float


def own_share(indices: np.ndarray) -> Share:
    """Consecutive parts of the batch by rank: a pure function of the batch, thus of (seed, epoch, step)."""
    count = process_count()
    if count == 1:
        return Share(indices, 1.0)
    if len(indices) < count:
        message = f"Expected batches of at least one sample a process, got {len(indices)} for {count} processes."
        raise TaskError("InvalidInput", f"{message} Train with fewer nodes.")
    own = np.array_split(indices, count)[process_rank()]
    return Share(own, len(own) * count / len(indices))


def trained_together(network: nn.Module) -> nn.Module:
    """The network as it has to be called in training: its gradients are means over processes, which all start from the
    main one's weights and statistics. Alone, the network itself."""
    if process_count() == 1:
        return network
    devices = [torch.cuda.current_device()] if next(network.parameters()).is_cuda else None
    # After the start statistics need no broadcast: shared_statistics.py makes them equal everywhere.
    return DistributedDataParallel(network, device_ids=devices, forward_sync_buffers=False)


def mean_over_processes(value: torch.Tensor) -> float:
    """Of a weighted loss: the loss of the whole batch."""
    if process_count() == 1:
        return value.item()
    total = value.detach().double().cpu().reshape(1)
    distributed.all_reduce(total)
    return total.item() / process_count()
