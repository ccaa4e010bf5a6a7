"""usage.json: how long an attempt's process worked and on what, so that the report can say what it cost."""

import os
import time
from collections.abc import Mapping
from typing import Any

OWN_MACHINE = "this-machine"

# One GPU each; the family is told by the GPU, the size by the machine's processors.
_FAMILY_OF_GPU = {"A10G": "g5", "L4": "g6", "T4": "g4dn"}
_SIZE_OF_CPUS = {4: "xlarge", 8: "2xlarge"}


def describe_usage(began_s: float, environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Seconds since `began_s` (time.monotonic()), and the device as core/budget/billed-device.ts reads it."""
    return {
        "device": billed_device(environment, _gpu_name(), os.cpu_count() or 0),
        "seconds": round(time.monotonic() - began_s, 3),
        "finished_ms": round(time.time() * 1000),
    }


def billed_device(environment: Mapping[str, str], gpu_name: str, cpus: int) -> str:
    """What a second costs money for. Outside of AWS Batch it is a machine of one's own."""
    if "AWS_BATCH_JOB_ID" not in environment:
        return OWN_MACHINE
    if environment.get("AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE":
        return environment.get("DECANT_FARGATE_DEVICE", "fargate-unknown")
    family = next((family for name, family in _FAMILY_OF_GPU.items() if name in gpu_name.split()[-1:]), "")
    nodes = int(environment.get("AWS_BATCH_JOB_NUM_NODES") or 1)  # all alike, and paid for as long as the main one
    several = f"{nodes}x" if nodes > 1 else ""
    return f"{several}{family or 'unknown'}.{_SIZE_OF_CPUS.get(cpus, f'{cpus}-cpus')}"


def _gpu_name() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else ""
