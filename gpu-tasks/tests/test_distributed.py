"""Two local processes over gloo train as one does: same global batches, same loss curve; the main one alone writes."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import ARCHITECTURE, CLASSES, SIZE, StartTask, company_environment, events_of
from safetensors.torch import save_file

from decant_tasks.distributed.batch_nodes import has_company, torchrun_environment
from decant_tasks.distributed.data_parallel import own_share
from decant_tasks.distributed.shared_statistics import SharedStatistics, shared_statistics
from decant_tasks.model.backbone import build_network
from decant_tasks.protocol.exit_codes import INTERRUPTED, LOST_COMPANY

# Sums in another order: measured 1e-5 over these epochs, and 2e-2 where each process kept its own statistics.
TOLERANCE = 2e-4


def _start_two(
    start_task: StartTask, record: dict[str, Any], output: Path, **environment: str
) -> "list[subprocess.Popen[str]]":
    return [start_task(record, output, **company, **environment) for company in company_environment()]


def _curve(folder: Path) -> list[dict[str, Any]]:
    return json.loads((folder / "task-0001" / "curves.json").read_text())


def _assert_same_curve(one: Path, two: Path) -> None:
    expected, found = _curve(one), _curve(two)
    assert [point["step"] for point in found] == [point["step"] for point in expected]
    for name in ("train_loss", "validation_loss"):
        values = [[point[name] for point in curve] for curve in (found, expected)]
        assert np.allclose(*values, rtol=TOLERANCE, atol=TOLERANCE), (name, values)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FineTune's folder, as far as Compress reads it."""
    folder = tmp_path_factory.mktemp("fine-tune")
    network = build_network(ARCHITECTURE, len(CLASSES), 11)
    save_file({k: v.contiguous() for k, v in network.state_dict().items()}, folder / "teacher.safetensors")
    (folder / "output.json").write_text(json.dumps({"input_size": SIZE, "architecture": ARCHITECTURE}))
    return folder


def test_two_processes_fine_tune_as_one_and_only_the_main_one_writes(
    tmp_path: Path, start_task: StartTask, fine_tune_input: dict[str, Any]
):
    alone = start_task(fine_tune_input, tmp_path / "one")
    assert events_of(alone)[-1]["message"] == "done"
    main, follower = _start_two(start_task, fine_tune_input, tmp_path / "two")
    events = events_of(main)
    assert (main.wait(), follower.wait()) == (0, 0), events
    assert events_of(follower) == []
    _assert_same_curve(tmp_path / "one", tmp_path / "two")
    names = [{path.name for path in (tmp_path / kind).rglob("*")} for kind in ("one", "two")]
    assert names[0] == names[1]


def test_two_processes_compress_as_one(
    tmp_path: Path, start_task: StartTask, fine_tune_input: dict[str, Any], teacher: Path
):
    """Distillation normalises by the statistics of each batch, here of both processes' samples."""
    training = {"epochs": 3, "batch_size": 10, "learning_rate": 1e-3, "temperature": 2, "distillation_weight": 0.8}
    prune = {"pruner": "expansion", "importance": "taylor", "parameters_ratio": 0.7, "channel_multiple": 8}
    candidate = {"id": "c", "rung": 1, "input_size": SIZE, "prune": prune, "training": training, "precision": "int8"}
    parameters = {name: fine_tune_input["parameters"][name] for name in ("backbone", "classes", "device")}
    record = fine_tune_input | {"task": "compress", "step": "compress", "parameters": parameters}
    record["parameters"]["candidate"] = candidate
    record["inputs"] = record["inputs"] | {"fine-tune": str(teacher)}
    alone = start_task(record, tmp_path / "one")
    assert events_of(alone)[-1]["message"] == "done"
    main, follower = _start_two(start_task, record, tmp_path / "two")
    events = events_of(main)
    assert (main.wait(), follower.wait()) == (0, 0), events
    _assert_same_curve(tmp_path / "one", tmp_path / "two")


def test_a_signal_to_one_stops_both_at_one_step_and_one_process_goes_on(
    tmp_path: Path, start_task: StartTask, fine_tune_input: dict[str, Any]
):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 10000
    main, follower = _start_two(start_task, fine_tune_input, tmp_path, CHECKPOINT_INTERVAL_S="3600")
    for line in main.stdout or ():
        if "full-fine-tune: epoch 2" in line:
            break
    follower.send_signal(signal.SIGTERM)
    assert (events_of(main)[-1]["code"], events_of(follower)[-1]["code"]) == ("Stopped", "Stopped")
    assert (main.wait(), follower.wait()) == (INTERRUPTED, INTERRUPTED)
    third = start_task(fine_tune_input, tmp_path)
    for line in third.stdout or ():
        if "full-fine-tune: goes on from step" in line:
            assert json.loads(line)["done"] >= 8
            break
    else:
        pytest.fail("the process did not go on from the checkpoint")


def test_a_process_whose_company_is_gone_says_so_and_is_worth_another_try(
    tmp_path: Path, start_task: StartTask, fine_tune_input: dict[str, Any]
):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 10000
    main, follower = _start_two(start_task, fine_tune_input, tmp_path)
    for line in main.stdout or ():
        if "full-fine-tune: epoch 1" in line:
            break
    main.kill()
    assert events_of(follower)[-1]["code"] == "ChildFailed"
    assert follower.wait() == LOST_COMPANY


@pytest.mark.parametrize(
    ("node", "main_address", "rank", "master"),
    [("0", None, "0", "127.0.0.1"), ("2", "10.0.0.7", "2", "10.0.0.7")],
)
def test_batchs_words_for_nodes_become_torchruns(node: str, main_address: str | None, rank: str, master: str):
    environment = {
        "AWS_BATCH_JOB_NUM_NODES": "3",
        "AWS_BATCH_JOB_NODE_INDEX": node,
        "AWS_BATCH_JOB_MAIN_NODE_INDEX": "0",
    }
    if main_address is not None:
        environment["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"] = main_address
    found = torchrun_environment(environment)
    assert found == {
        "RANK": rank,
        "WORLD_SIZE": "3",
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
        "MASTER_ADDR": master,
        "MASTER_PORT": "29500",
    }
    assert has_company(found)


def test_another_main_node_is_rank_zero_and_every_rank_is_taken_once():
    def rank(node: int) -> str:
        nodes = {"AWS_BATCH_JOB_NUM_NODES": "4", "AWS_BATCH_JOB_NODE_INDEX": str(node)}
        return torchrun_environment(nodes | {"AWS_BATCH_JOB_MAIN_NODE_INDEX": "2"})["RANK"]

    assert [rank(node) for node in range(4)] == ["2", "3", "0", "1"]


@pytest.mark.parametrize(
    "environment", [{}, {"AWS_BATCH_JOB_NUM_NODES": "1"}, {"AWS_BATCH_JOB_NUM_NODES": "2", "RANK": "1"}]
)
def test_where_there_is_nothing_to_translate_nothing_is(environment: dict[str, str]):
    assert torchrun_environment(environment) == {}
    assert not has_company({})


def test_alone_nothing_is_cut_and_nothing_is_shared():
    indices = np.array([4, 1, 3])
    assert own_share(indices).indices is indices
    assert own_share(indices).weight == 1.0
    norm, images = torch.nn.BatchNorm2d(2), torch.rand(3, 2, 4, 4)
    with shared_statistics():
        shared = norm(images)
    torch.nn.Module.load_state_dict(norm, torch.nn.BatchNorm2d(2).state_dict())
    assert torch.equal(shared, norm(images))


def test_a_batch_normalisation_over_processes_is_torchs_own_where_there_is_one(monkeypatch: pytest.MonkeyPatch):
    """Values, gradients and running statistics, with the sum over processes taken out."""
    monkeypatch.setattr("decant_tasks.distributed.shared_statistics.distributed.all_reduce", lambda _: None)
    norms = [torch.nn.BatchNorm2d(3) for _ in range(2)]
    images = [torch.rand(4, 3, 5, 5, generator=torch.Generator().manual_seed(0)).requires_grad_() for _ in range(2)]
    expected = norms[0](images[0])
    with SharedStatistics():
        found = norms[1](images[1])
        norms[1].eval()
        assert torch.allclose(norms[1](images[1]), norms[1](images[1]))
    for output in (expected, found):
        output.square().mul(torch.arange(25.0).view(5, 5)).sum().backward()
    close = {"rtol": 1e-4, "atol": 1e-4}
    assert torch.allclose(found, expected, **close)
    for own, other in ((images[1].grad, images[0].grad), (norms[1].weight.grad, norms[0].weight.grad)):
        assert own is not None
        assert other is not None
        assert torch.allclose(own, other, **close)
    assert torch.allclose(norms[1].running_var, norms[0].running_var)  # pyright: ignore[reportArgumentType]
    assert torch.allclose(norms[1].running_mean, norms[0].running_mean)  # pyright: ignore[reportArgumentType]
