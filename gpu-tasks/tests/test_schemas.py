"""The schemas are sound, refuse unknown fields, and fit what the tasks write."""

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from decant_tasks.schema import SCHEMAS_FOLDER, find_problems

OURS = ("candidate", "compressed", "done", "profile", "task-input", "teacher")
PARITY = {"relative_error_max": 1e-6, "argmax_equal": 3, "ties": 0, "n": 3}
CANDIDATE = {
    "id": "160px-54w-int8",
    "rung": 0,
    "input_size": 160,
    "prune": {"pruner": "expansion", "importance": "taylor", "macs_ratio": 0.5, "channel_multiple": 8},
    "training": {
        "epochs": 1,
        "batch_size": 32,
        "learning_rate": 1e-3,
        "temperature": 2,
        "distillation_weight": 0.9,
    },
    "precision": "int8",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "candidate": CANDIDATE,
    "compressed": {
        "candidate": CANDIDATE,
        "validation_top1": 0.9,
        "validation_count": 3,
        "parameters": 10,
        "macs": 10,
        "parity": PARITY,
        "files": {"weights": "student.safetensors", "onnx": "model.onnx", "curves": "curves.json"},
    },
    "done": {
        "step": "profile",
        "key": "k",
        "attempt": "a",
        "files": {"a/b.json": {"size_bytes": 1, "sha256": "0" * 64}},
    },
    "profile": {
        "device": "cpu",
        "machine": "x",
        "threads": 2,
        "versions": {"torch": "2"},
        "speeds": [
            {
                "architecture": "x",
                "input_size": 32,
                "batch_size": 2,
                "train_ms_per_sample": 1.5,
                "forward_ms_per_sample": 0.5,
            }
        ],
    },
    "teacher": {
        "architecture": "x",
        "input_size": 32,
        "strategy": "linear-probe",
        "strategies": [{"name": "linear-probe", "input_size": 32, "validation_top1": 0.5, "steps": 10}],
        "validation_count": 3,
        "parameters": 1,
        "macs": 1,
        "parity": PARITY,
        "files": {
            "weights": "teacher.safetensors",
            "onnx": "teacher.onnx",
            "baseline": "baseline.onnx",
            "curves": "curves.json",
        },
    },
}


@pytest.mark.parametrize("name", OURS)
def test_schemas_are_valid_json_schema(name: str):
    schema = json.loads((SCHEMAS_FOLDER / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{name}.schema.json")


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_fit_and_unknown_or_missing_fields_do_not(name: str):
    example = EXAMPLES[name]
    assert find_problems(name, example, name) == []
    assert find_problems(name, example | {"extra": 1}, name)
    for field in example:
        assert find_problems(name, {k: v for k, v in example.items() if k != field}, name), field


def test_task_inputs_are_checked_by_task(fine_tune_input: dict[str, Any]):
    assert find_problems("task-input", fine_tune_input, "x") == []
    swapped = fine_tune_input | {"task": "profile"}
    assert find_problems("task-input", swapped, "x")
    compress = copy.deepcopy(fine_tune_input)
    compress["task"] = "compress"
    compress["parameters"] = {
        "backbone": fine_tune_input["parameters"]["backbone"],
        "candidate": CANDIDATE,
        "classes": ["a", "b"],
        "device": "cuda",
    }
    assert find_problems("task-input", compress, "x") == []
    assert find_problems("task-input", compress | {"parameters": compress["parameters"] | {"device": "mps"}}, "x")
    compress["parameters"]["candidate"] = CANDIDATE | {"prune": {"pruner": "expansion"}}
    assert find_problems("task-input", compress, "x")


@pytest.mark.parametrize("name", ["../x", "a/../b", "/a", ".x", "a//b"])
def test_done_names_no_file_outside_its_attempt(name: str):
    record = EXAMPLES["done"] | {"files": {name: {"size_bytes": 1, "sha256": "0" * 64}}}
    assert find_problems("done", record, "x")
