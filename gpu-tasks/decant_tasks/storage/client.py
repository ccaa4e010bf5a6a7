"""The S3 client: where it finds its endpoint and region, how often it tries again, and what its errors become."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from decant_tasks.errors import TaskError

CONCURRENT_TRANSFERS = 8
# Waits of a random share of 1, 2, 4, 8, 16, 20 and 20 s between tries: half a minute on average until it gives up. With
# 30 % of the calls failing, one in 15,000 fails eight times.
_TRIES = 8
_CONNECT_TIMEOUT_S, _READ_TIMEOUT_S = 10, 60


def create_s3_client(
    environment: Mapping[str, str] = os.environ, tries: int = _TRIES, session: Session | None = None
) -> Any:
    """Endpoint from AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, with buckets in the path then; credentials as AWS's own
    tools find them (in Batch: the job's role)."""
    endpoint = environment.get("AWS_ENDPOINT_URL_S3") or environment.get("AWS_ENDPOINT_URL")
    config = Config(
        retries={"mode": "standard", "total_max_attempts": tries},
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        max_pool_connections=2 * CONCURRENT_TRANSFERS,
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    with store_errors("make a client for", "S3"):
        return (session or Session()).client("s3", region_name=region, endpoint_url=endpoint or None, config=config)


@contextmanager
def store_errors(action: str, where: object) -> Iterator[None]:
    """Turns what the client raises after its last try into one StoreFailed."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        said = error.response.get("Error", {})
        text = f"{said.get('Code')} ({status}): {str(said.get('Message', ''))[:300]}"
        raise TaskError("StoreFailed", f"Expected to {action} {where}, got {text}") from error
    except (BotoCoreError, Boto3Error) as error:
        message = f"Expected to {action} {where}, got {type(error).__name__}: {str(error)[:300]}"
        raise TaskError("StoreFailed", message) from error


def error_status(error: ClientError) -> int:
    """The HTTP status of a refused call, or 0."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
