"""The image, as far as it can be proved without a container engine: pins, rules, and its entry from its own layout."""

import getpass
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from pin_image import image_pins, known_hashes

GPU_TASKS = Path(__file__).parents[1]
ROOT = GPU_TASKS.parent
DOCKERFILE = GPU_TASKS / "Dockerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
LONG = os.environ.get("DECANT_LONG_TESTS") == "1"


def _instructions() -> list[tuple[str, str]]:
    """(instruction, rest) of the Dockerfile, continued lines joined, comments left out."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE)
    lines = [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def _final_stage() -> list[tuple[str, str]]:
    every = _instructions()
    last = max(index for index, (name, _) in enumerate(every) if name == "FROM")
    return every[last:]


def _of(name: str) -> list[str]:
    return [rest for instruction, rest in _final_stage() if instruction == name]


def _lint(path: Path) -> "subprocess.CompletedProcess[str]":
    if not HADOLINT.exists():
        pytest.skip(f"no hadolint beside this Python (pip install -r {GPU_TASKS.name}/requirements-dev.txt)")
    return subprocess.run([HADOLINT, path], capture_output=True, text=True)


def test_every_pin_of_the_gpu_image_is_one_of_requirements_txt_and_has_a_hash():
    pins = image_pins((GPU_TASKS / "requirements.txt").read_text())
    lines = [line for line in (GPU_TASKS / "requirements-image-cuda.txt").read_text().splitlines() if line[0] != "#"]
    assert sorted(known_hashes(GPU_TASKS / "requirements-image-cuda.txt")) == sorted(pins)
    assert len(lines) == len(pins)


def test_the_cpu_image_has_the_same_pins_without_the_gpus_libraries_and_torchs_cpu_builds():
    cuda = known_hashes(GPU_TASKS / "requirements-image-cuda.txt")
    cpu = known_hashes(GPU_TASKS / "requirements-image-cpu.txt")
    unhashed = re.findall(
        r"^(\S+==\S+)$", (GPU_TASKS / "requirements-image-cpu-unhashed.txt").read_text(), re.MULTILINE
    )
    builds = {pin for pin in [*cpu, *unhashed] if pin.endswith("+cpu")}
    assert builds == {f"{pin}+cpu" for pin in cuda if pin.split("==")[0] in ("torch", "torchvision")}
    assert set(unhashed) <= builds - set(cpu)
    same = {pin: sha for pin, sha in cpu.items() if pin not in builds}
    assert same.items() <= cuda.items()
    left_out = {Requirement(pin).name for pin in cuda.keys() - same.keys()} - {"torch", "torchvision"}
    assert left_out
    assert all(name.startswith(("nvidia-", "cuda-")) or name == "triton" for name in left_out)


def test_pins_for_another_machine_are_left_out():
    text = "a==1 # why\n# b==2\nc==3 ; sys_platform == 'win32'\nd==4 ; sys_platform == 'linux'\n"
    assert image_pins(text) == ["a==1", "d==4"]


def test_the_linter_finds_nothing():
    found = _lint(DOCKERFILE)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("FROM python:3.11-slim-bookworm AS", "FROM python AS", "DL3006"),
        ("USER 10001:10001", "USER root", "DL3002"),
        ('CMD ["python", "-m", "decant_tasks"]', "CMD python -m decant_tasks", "DL3025"),
    ],
)
def test_the_linter_would_find_what_matters(tmp_path: Path, right: str, wrong: str, rule: str):
    text = DOCKERFILE.read_text()
    assert right in text
    (tmp_path / "Dockerfile").write_text(text.replace(right, wrong))
    found = _lint(tmp_path / "Dockerfile")
    assert found.returncode != 0
    assert rule in found.stdout


def test_what_the_linter_does_not_know_holds_too():
    assert _of("USER") == ["10001:10001"]
    assert _of("STOPSIGNAL") == ["SIGTERM"]
    assert json.loads(_of("CMD")[0]) == ["python", "-m", "decant_tasks"]
    assert not _of("ENTRYPOINT")
    installs = [rest for name, rest in _instructions() if name == "RUN" and "pip install" in rest]
    for command in re.findall(r"pip install [^;&]*", " ".join(installs)):
        assert "--require-hashes" in command or "requirements-image-cpu-unhashed.txt" in command
        assert "--only-binary=:all:" in command
    bases = {rest.split()[0] for name, rest in _instructions() if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11-slim-\w+", bases.pop())


def _lay_out(image: Path) -> dict[str, str]:
    """Copies what the final stage copies of this repository under `image`; answers the environment that it sets."""
    for rest in _of("COPY"):
        if not rest.startswith("--from"):
            source, target = rest.split()
            leave = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, image / target.lstrip("/"), ignore=leave)
    pairs = [pair.split("=", 1) for rest in _of("ENV") for pair in shlex.split(rest)]
    return {name: value.replace("/opt/decant", f"{image}/opt/decant") for name, value in pairs}


def _run_in_layout(tmp_path: Path, python: Path, record: dict[str, Any]) -> None:
    """The image's command under its environment, in its layout: standard input ends at once, nothing else is set."""
    image, scratch, output = (tmp_path / name for name in ("image", "scratch", "output"))
    environment = _lay_out(image)
    for folder in (scratch, output):
        folder.mkdir()
    (output / "input-task-0001.json").write_text(json.dumps(record))
    before = sorted(image.rglob("*"))
    places = {"HOME": str(scratch), "TMPDIR": str(scratch), "PATH": f"{python.parent}:/usr/bin:/bin"}
    places |= {"INPUT": str(output / "input-task-0001.json"), "OUTPUT": str(output)}
    command = json.loads(_of("CMD")[0])
    assert command[0] == "python"
    done = subprocess.run(
        [python, *command[1:]], env=environment | places, cwd=scratch, input="", capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((output / "done.json").read_text())["attempt"] == "task-0001"
    assert sorted(image.rglob("*")) == before
    # Not even ONNX Runtime's device id, which it writes where it reports its use.
    assert {path.name for path in scratch.iterdir()} <= {"torchinductor_" + getpass.getuser()}


def test_the_command_runs_from_the_images_layout(tmp_path: Path, fine_tune_input: dict[str, Any]):
    fine_tune_input["parameters"]["recipe"]["epochs"] = 0
    _run_in_layout(tmp_path, Path(sys.executable), fine_tune_input)


@pytest.mark.skipif(not LONG, reason="installs 6 GB: npm run test:long, or DECANT_LONG_TESTS=1")
def test_the_command_runs_from_a_fresh_environment_of_the_same_requirements(
    tmp_path: Path, fine_tune_input: dict[str, Any]
):
    venv.create(tmp_path / "venv", with_pip=True)
    pip = [tmp_path / "venv" / "bin" / "python", "-m", "pip"]
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r"]
    subprocess.run([*pip, "install", *options, GPU_TASKS / "requirements-image-cuda.txt"], check=True)
    subprocess.run([*pip, "check"], check=True)
    fine_tune_input["parameters"]["recipe"]["epochs"] = 1
    _run_in_layout(tmp_path, tmp_path / "venv" / "bin" / "python", fine_tune_input)
