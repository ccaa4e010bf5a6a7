"""Registries: one file an entry, one list in alphabetical order, names that are the file's."""

import importlib
from pathlib import Path

import pytest
import torch

import decant_tasks
from decant_tasks.errors import TaskError
from decant_tasks.importances.list import IMPORTANCES
from decant_tasks.pruners.list import PRUNERS
from decant_tasks.schema import read_schema_file
from decant_tasks.tasks.list import TASKS, find_task
from decant_tasks.transfers.list import TRANSFERS, wanted_transfers
from decant_tasks.transfers.transfer import Recipe
from decant_tasks.transfers.weight_interpolation import interpolate

PACKAGE = Path(decant_tasks.__file__).parent


REGISTRIES = [("importances", IMPORTANCES), ("pruners", PRUNERS), ("tasks", TASKS), ("transfers", TRANSFERS)]


@pytest.mark.parametrize(("folder", "entries"), REGISTRIES)
def test_every_file_is_listed_in_alphabetical_order(folder: str, entries: tuple[object, ...]):
    interface = folder.removesuffix("s")
    files = {path.stem for path in (PACKAGE / folder).glob("*.py")} - {"__init__", "list", interface}
    names = [getattr(entry, "name", "") for entry in entries]
    assert names == sorted(name.replace("_", "-") for name in files)
    assert importlib.import_module(f"decant_tasks.{folder}.{interface}").__doc__


@pytest.mark.parametrize(("key", "entries"), [("importance", IMPORTANCES), ("pruner", PRUNERS)])
def test_the_candidate_schema_names_every_entry(key: str, entries: tuple[object, ...]):
    named = read_schema_file("candidate.schema.json")["$defs"]["prune"]["properties"][key]["enum"]
    assert named == [getattr(entry, "name", "") for entry in entries]


def test_an_unknown_task_is_named():
    with pytest.raises(TaskError, match=r"got 'x'"):
        find_task("x")


def test_a_transfer_runs_after_those_whose_results_it_reads():
    names = [transfer.name for transfer in wanted_transfers(Recipe(32, 1, 8, 1e-3, 10))]
    assert names == ["linear-probe", "full-fine-tune", "weight-interpolation"]
    assert [transfer.name for transfer in wanted_transfers(Recipe(32, 0, 8, 1e-3, 10))] == ["linear-probe"]


def test_interpolated_weights_lie_between_and_counters_are_the_ends():
    start = {"a": torch.tensor([0.0, 1.0]), "n": torch.tensor(3)}
    end = {"a": torch.tensor([1.0, 3.0]), "n": torch.tensor(9)}
    found = interpolate(start, end, 0.25)
    assert found["a"].tolist() == [0.25, 1.5]
    assert found["n"].item() == 9
