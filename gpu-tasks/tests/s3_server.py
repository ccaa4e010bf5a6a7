"""A real S3 server for tests: SeaweedFS in one process (`weed mini`), on free ports, with its own folder."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from boto3.session import Session

from decant_tasks.storage.client import create_s3_client

KEY, SECRET = "decant-tests", "open-to-every-test"
_READY_WITHIN_S = 30.0
_STARTS = 3
_PORTS = [f"{part}.port{kind}" for part in ("s3", "master", "volume", "filer", "admin") for kind in ("", ".grpc")]


def find_server() -> Path | None:
    """The program, beside this Python or where DECANT_WEED says."""
    program = Path(os.environ.get("DECANT_WEED") or Path(sys.executable).with_name("weed"))
    return program if program.exists() else None


@contextmanager
def running_server(program: Path) -> Iterator[dict[str, str]]:
    """The environment with which AWS's tools reach a server that runs inside this block."""
    for start in range(1, _STARTS + 1):
        with TemporaryDirectory(prefix="decant-s3-", ignore_cleanup_errors=True) as folder:
            ports = _free_ports(len(_PORTS))
            child = _start(program, Path(folder), ports)
            try:
                endpoint = f"http://127.0.0.1:{ports[0]}"
                if _is_ready(child, endpoint):
                    credentials = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
                    region = {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
                    yield {"AWS_ENDPOINT_URL_S3": endpoint, **credentials, **region}
                    return
                if start == _STARTS:  # else: somebody took one of the ports meanwhile
                    raise RuntimeError(f"the S3 server did not start: {(Path(folder) / 'log').read_text()[-2000:]}")
            finally:
                child.kill()
                child.wait()


def client_for(environment: Mapping[str, str]) -> Any:
    """The tasks' own client, with the server's credentials in hand instead of in this process's environment."""
    session = Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    return create_s3_client(environment, session=session)


def _start(program: Path, folder: Path, ports: list[int]) -> "subprocess.Popen[bytes]":
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
    command = [str(program), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += [f"-{option}={port}" for option, port in zip(_PORTS, ports, strict=True)]
    command += ["-volume.max=1000"]  # each bucket takes one; else as many as gibibytes are free on the disk
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false", "-s3.iam=false"]
    command += [f"-s3.config={folder / 'identities.json'}", "-s3.autoCreateBucket=false"]
    command += [f"-{part}.localSocket={folder / part}.sock" for part in ("filer", "s3")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def _is_ready(child: "subprocess.Popen[bytes]", endpoint: str) -> bool:
    until = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < until and child.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/healthz", timeout=1) as answer:
                if answer.status == 200:
                    return True
        except OSError:
            time.sleep(0.05)
    return False


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, all held until all are known, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
