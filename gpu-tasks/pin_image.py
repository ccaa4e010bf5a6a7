"""Writes requirements-image-{cuda,cpu}.txt: the pins of requirements.txt, each with the SHA-256 of the one wheel that
the image takes (Linux, x86-64, CPython 3.11), as pip reads it from PyPI. To be run after requirements.txt changed.

torch's and torchvision's CPU builds lie on PyTorch's own index. Where that can't be reached, the hashes that stand in
the file for the same version stay; a wheel without a known hash goes into requirements-image-cpu-unhashed.txt. The hash
of torch 2.14.1+cpu was first written as two unrelated public repositories recorded it after a download (November 2026).
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

FOLDER = Path(__file__).resolve().parent
PYPI, CPU_INDEX = "https://pypi.org/simple", "https://download.pytorch.org/whl/cpu"
IMAGE = {"sys_platform": "linux", "platform_machine": "x86_64", "platform_system": "Linux", "python_version": "3.11"}
CPU_BUILDS = ("torch", "torchvision")
_GPU_ONLY = re.compile(r"(nvidia|cuda)-|triton$")
# glibc 2.36 of Debian 12, the image's base.
_PLATFORMS = [f"manylinux_2_{minor}_x86_64" for minor in range(36, 4, -1)] + ["manylinux2014_x86_64"]


def image_pins(text: str) -> list[str]:
    """name==version lines of requirements.txt that hold in the image."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    needed = [Requirement(line) for line in lines if line]
    holds = [need for need in needed if need.marker is None or need.marker.evaluate(IMAGE)]
    return [f"{need.name}{need.specifier}" for need in holds]


def look_up(pins: list[str], index: str) -> dict[str, str] | None:
    """SHA-256 of each pin's wheel for the image, as pip resolves it; None where the index can't be reached."""
    with TemporaryDirectory() as folder:
        listed, report = Path(folder) / "pins.txt", Path(folder) / "report.json"
        listed.write_text("\n".join(pins))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"]
        command += ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11", "--abi=cp311", "--abi=abi3"]
        command += ["--abi=none", *(f"--platform={platform}" for platform in _PLATFORMS), f"--target={folder}/unused"]
        command += [f"--index-url={index}", f"--report={report}", f"--requirement={listed}"]
        # Nothing but that index: a mirror or a folder of this machine could hold other files under the same names.
        clean = {name: value for name, value in os.environ.items() if name not in ("PIP_FIND_LINKS", "PIP_CONSTRAINT")}
        done = subprocess.run(command, env=clean | {"PIP_CONFIG_FILE": os.devnull}, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stderr[-1500:], file=sys.stderr)
            return None
        installs = json.loads(report.read_text())["install"]
    hashes = {
        _canonical(i["metadata"]["name"]): i["download_info"]["archive_info"]["hashes"]["sha256"] for i in installs
    }
    return {pin: hashes[_canonical(pin.split("==")[0])] for pin in pins}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def known_hashes(path: Path) -> dict[str, str]:
    """What a written file says: pin to hash."""
    if not path.exists():
        return {}
    return dict(re.findall(r"^(\S+==\S+) --hash=sha256:([0-9a-f]{64})$", path.read_text(), re.MULTILINE))


def _write(name: str, introduction: str, lines: Iterable[str]) -> None:
    (FOLDER / name).write_text(f"# {introduction}\n" + "".join(f"{line}\n" for line in lines))


def _hashed(hashes: dict[str, str]) -> list[str]:
    return [f"{pin} --hash=sha256:{hashes[pin]}" for pin in sorted(hashes, key=str.lower)]


def main() -> int:
    """Exit code 1 where PyPI can't be reached: then nothing is written."""
    pins = image_pins((FOLDER / "requirements.txt").read_text())
    every = look_up(pins, PYPI)
    if every is None:
        return 1
    written = "Written by pin_image.py; not to be edited."
    _write("requirements-image-cuda.txt", f"The image for GPUs. {written}", _hashed(every))
    builds = [f"{pin}+cpu" for pin in pins if pin.split("==")[0] in CPU_BUILDS]
    path = FOLDER / "requirements-image-cpu.txt"
    known = look_up(builds, CPU_INDEX) or {pin: sha for pin, sha in known_hashes(path).items() if pin in builds}
    plain = {pin: sha for pin, sha in every.items() if not _GPU_ONLY.match(pin.split("==")[0])}
    others = {pin: sha for pin, sha in plain.items() if pin.split("==")[0] not in CPU_BUILDS}
    _write(path.name, f"The image for CPUs. {written}", [f"--extra-index-url {CPU_INDEX}", *_hashed(others | known)])
    unknown = [pin for pin in builds if pin not in known]
    introduction = f"CPU builds whose hash could not be looked up when this was written. {written}"
    _write("requirements-image-cpu-unhashed.txt", introduction, [f"--index-url {CPU_INDEX}", *unknown])
    print(f"{len(every)} pins, {len(unknown)} without a hash: {unknown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
