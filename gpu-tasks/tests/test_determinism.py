"""The device that a step trains on is the one that its key names."""

import pytest
import torch

from decant_tasks.determinism import device_named
from decant_tasks.errors import TaskError


def test_the_named_device_is_used_even_where_a_gpu_is_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_named("cpu") == torch.device("cpu")
    assert device_named("cuda") == torch.device("cuda")


def test_a_profile_of_a_gpu_without_one_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TaskError, match=r"Expected a GPU.*decant profile --store FOLDER") as caught:
        device_named("cuda")
    assert caught.value.code == "InvalidInput"
    assert device_named("cpu").type == "cpu"
