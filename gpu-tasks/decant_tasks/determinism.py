"""Same seed, threads, versions and machine: same bytes. Imported before torch, which reads the environment once."""

import os

# CUDA's matrix library is deterministic only with this set before its first use.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# Threads that wait sleep instead of spinning: on a shared machine spinning ones doubled the time of a training step.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from decant_tasks.errors import TaskError


def device_of_this_machine() -> torch.device:
    """The first GPU, or the CPU: what Profile measures."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def device_named(name: str) -> torch.device:
    """The device that a profile names, and that the step's key holds: another one would give other bytes."""
    if name == "cuda" and not torch.cuda.is_available():
        message = (
            "Expected a GPU, since the profile was measured on one (device: cuda), but torch finds none here. Run "
            "where the GPU is, or measure this machine into a fresh store (decant profile --store FOLDER -o "
            "profile.json) and run with --profile profile.json."
        )
        raise TaskError("InvalidInput", message, "parameters.device")
    return torch.device(name)


def make_deterministic(threads: int) -> None:
    """Fixes the thread count and forbids algorithms whose result depends on timing."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    # Nothing here reads uninitialised memory, and filling it took a third of a training step.
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue]
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
