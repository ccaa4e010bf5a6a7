"""Profile: milliseconds a sample for training and for a frozen network's answers, on synthetic pixels, at each input
size."""

import copy
import platform
import time
from collections.abc import Callable
from typing import Any

import timm
import torch
from torch.nn import functional as F

from decant_tasks.determinism import device_of_this_machine
from decant_tasks.export.frozen_forward import frozen_forward
from decant_tasks.model.backbone import build_network
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.protocol.files import write_json
from decant_tasks.tasks.task import Task, TaskContext
from decant_tasks.training.average import start_average, update_average

Step = Callable[[], None]

_CLASSES = 10
# Other work on the machine only ever adds time, and often for seconds: so the fastest step counts, of several that lie
# apart. The median of three in a row once planned a whole run for a slower machine.
_TURNS = 2
_STEPS = 2
_TIME_LIMIT_S = 2.0


def run(context: TaskContext) -> dict[str, Any]:
    """Writes profile.json; answers TrainingProfile."""
    parameters = context.task_input.parameters
    device = device_of_this_machine()
    architecture, batch_size = parameters["architecture"], parameters["batch_size"]
    sizes = sorted(set(parameters["input_sizes"]), reverse=True)
    steps = {size: prepare_steps(architecture, size, batch_size, device) for size in sizes}
    fastest: dict[int, tuple[float, float]] = {}
    for turn in range(_TURNS):
        for number, size in enumerate(sizes):
            context.stop.check()
            measured = [_fastest_ms(step, device, warm=turn > 0) / batch_size for step in steps[size]]
            before = fastest.get(size, (measured[0], measured[1]))
            fastest[size] = min(before[0], measured[0]), min(before[1], measured[1])
            done = turn * len(sizes) + number + 1
            message = f"{size} px: {fastest[size][0]:.1f} ms a training sample"
            context.progress(message, done=done, total=_TURNS * len(sizes))
    profile = {
        "device": device.type,
        "machine": machine_name(device),
        "threads": context.task_input.threads,
        "versions": {"python": platform.python_version(), "timm": timm.__version__, "torch": torch.__version__},
        "speeds": [
            {
                "architecture": architecture,
                "input_size": size,
                "batch_size": batch_size,
                "train_ms_per_sample": fastest[size][0],
                "forward_ms_per_sample": fastest[size][1],
            }
            for size in sizes
        ],
    }
    write_json(context.folder / "profile.json", profile)
    return profile


def prepare_steps(architecture: str, size: int, batch_size: int, device: torch.device) -> tuple[Step, Step]:
    """One step of training and one forward pass, each on a batch of its own network."""
    network = set_static_padding(build_network(architecture, _CLASSES, 0), size).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)
    average = start_average(network)
    images = torch.rand(batch_size, 3, size, size, device=device).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch_size, device=device) % _CLASSES

    def train_step() -> None:
        network.train()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(images), labels).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        update_average(average, network, 0.9)

    # A copy: on a GPU, train_step would take it out of evaluation.
    forward = frozen_forward(copy.deepcopy(network), size)

    def forward_step() -> None:
        with torch.inference_mode():
            forward(images)

    return train_step, forward_step


def _fastest_ms(step: Step, device: torch.device, *, warm: bool) -> float:
    """Of a few steps, after one that warms up where none has yet; fewer where they are slow."""
    times: list[float] = []
    begin = time.perf_counter()
    idle = 0 if warm else 1
    while len(times) < idle + _STEPS and (len(times) < 1 + idle or time.perf_counter() - begin < _TIME_LIMIT_S):
        start = time.perf_counter()
        step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        times.append((time.perf_counter() - start) * 1000)
    return min(times[idle:])


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
