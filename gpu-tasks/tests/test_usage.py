"""What an attempt says of the machine that it is paid for on."""

import time

import pytest

from decant_tasks.protocol.usage import OWN_MACHINE, billed_device, describe_usage

ON_BATCH = {"AWS_BATCH_JOB_ID": "job", "AWS_EXECUTION_ENV": "AWS_ECS_EC2"}


@pytest.mark.parametrize(
    ("gpu", "cpus", "device"),
    [
        ("NVIDIA A10G", 4, "g5.xlarge"),
        ("NVIDIA L4", 8, "g6.2xlarge"),
        ("Tesla T4", 4, "g4dn.xlarge"),
        ("NVIDIA H100 80GB HBM3", 192, "unknown.192-cpus"),
        ("", 4, "unknown.xlarge"),
    ],
)
def test_a_batch_machine_is_told_by_its_gpu_and_processors(gpu: str, cpus: int, device: str) -> None:
    assert billed_device(ON_BATCH, gpu, cpus) == device


def test_machines_that_train_as_one_are_counted() -> None:
    assert billed_device(ON_BATCH | {"AWS_BATCH_JOB_NUM_NODES": "3"}, "NVIDIA A10G", 8) == "3xg5.2xlarge"


def test_fargate_is_what_the_job_definition_says() -> None:
    environment = {
        "AWS_BATCH_JOB_ID": "job",
        "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
        "DECANT_FARGATE_DEVICE": "fargate-4-16384-50",
    }
    assert billed_device(environment, "", 4) == "fargate-4-16384-50"


def test_elsewhere_it_is_a_machine_of_ones_own() -> None:
    assert billed_device({}, "NVIDIA A10G", 4) == OWN_MACHINE
    usage = describe_usage(time.monotonic() - 2, {})
    assert usage["device"] == OWN_MACHINE
    assert usage["seconds"] >= 2
