"""Profile: milliseconds a sample for training and for a forward pass, on synthetic pixels, at each input size."""

import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import timm
import torch
from torch.nn import functional as F

from decant_tasks.determinism import device_of_this_machine
from decant_tasks.model.backbone import build_network
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.protocol.files import write_json
from decant_tasks.tasks.task import Task, TaskContext
from decant_tasks.training.average import start_average, update_average

_CLASSES = 10
_STEPS = 3
_TIME_LIMIT_S_PER_SIZE = 3.0


def run(context: TaskContext) -> dict[str, Any]:
    """Writes profile.json; answers TrainingProfile."""
    parameters = context.task_input.parameters
    device = device_of_this_machine()
    sizes = sorted(set(parameters["input_sizes"]), reverse=True)
    speeds = []
    for number, size in enumerate(sizes):
        context.stop.check()
        train_ms, forward_ms = measure_speed(parameters["architecture"], size, parameters["batch_size"], device)
        speeds.append(
            {
                "architecture": parameters["architecture"],
                "input_size": size,
                "batch_size": parameters["batch_size"],
                "train_ms_per_sample": train_ms,
                "forward_ms_per_sample": forward_ms,
            }
        )
        context.progress(f"{size} px: {train_ms:.1f} ms a training sample", done=number + 1, total=len(sizes))
    profile = {
        "device": device.type,
        "machine": machine_name(device),
        "threads": context.task_input.threads,
        "versions": {"python": platform.python_version(), "timm": timm.__version__, "torch": torch.__version__},
        "speeds": speeds,
    }
    write_json(context.folder / "profile.json", profile)
    return profile


def measure_speed(architecture: str, size: int, batch_size: int, device: torch.device) -> tuple[float, float]:
    """(train ms, forward ms) a sample: median of a few steps after one that warms up, fewer where they are slow."""
    network = set_static_padding(build_network(architecture, _CLASSES, 0), size).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4)
    average = start_average(network)
    images = torch.rand(batch_size, 3, size, size, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch_size, device=device) % _CLASSES

    def train_step() -> None:
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(images), labels).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        update_average(average, network, 0.9)

    def forward_step() -> None:
        with torch.inference_mode():
            network(images)

    network.train()
    train_ms = _median_ms(train_step, device)
    network.eval()
    return train_ms / batch_size, _median_ms(forward_step, device) / batch_size


def _median_ms(step: Callable[[], None], device: torch.device) -> float:
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) < 1 + _STEPS and (len(times) < 2 or time.perf_counter() - begin < _TIME_LIMIT_S_PER_SIZE):
        start = time.perf_counter()
        step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def machine_name(device: torch.device) -> str:
    """The GPU's or the CPU's model."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123, Linux only
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


PROFILE = Task("profile", "profile", run)
