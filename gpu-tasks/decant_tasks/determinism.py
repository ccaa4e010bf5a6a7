"""Same seed, threads, versions and machine: same bytes. Called once, before any model is built."""

import os

# CUDA's matrix library is deterministic only with this set before its first use.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import numpy as np
import torch


def device_of_this_machine() -> torch.device:
    """The first GPU, or the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_deterministic(threads: int) -> None:
    """Fixes the thread count and forbids algorithms whose result depends on timing."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def generator_for(*numbers: int) -> np.random.Generator:
    """A generator that is a pure function of its numbers, e.g. (seed, epoch, sample)."""
    return np.random.default_rng(np.random.SeedSequence([number % 2**64 for number in numbers]))


def seed_step(*numbers: int) -> None:
    """Seeds torch for one step's dropout, so that no generator state has to be kept in a checkpoint."""
    state = np.random.SeedSequence([number % 2**64 for number in numbers]).generate_state(1, np.uint64)
    torch.manual_seed(int(state[0]) >> 1)
