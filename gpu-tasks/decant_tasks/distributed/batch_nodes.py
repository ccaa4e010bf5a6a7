"""What AWS Batch tells the nodes of a multi-node parallel job, in torchrun's words: one process a node.

https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html; torchrun: https://docs.pytorch.org/docs/stable/elastic/run.html
"""

from collections.abc import Mapping

MASTER_PORT = "29500"


def torchrun_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """RANK, WORLD_SIZE and the rest; nothing where torchrun set them already or the job has one node. The main node is
    rank 0; it is not told its own address and meets the others under the loopback one, which listens everywhere."""
    count = int(environment.get("AWS_BATCH_JOB_NUM_NODES") or 1)
    if "RANK" in environment or count < 2:
        return {}
    node, main = (int(environment.get(f"AWS_BATCH_JOB_{name}") or 0) for name in ("NODE_INDEX", "MAIN_NODE_INDEX"))
    return {
        "RANK": str((node - main) % count),
        "WORLD_SIZE": str(count),
        "LOCAL_RANK": "0",
        "LOCAL_WORLD_SIZE": "1",
        "MASTER_ADDR": environment.get("AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS") or "127.0.0.1",
        "MASTER_PORT": MASTER_PORT,
    }


def has_company(environment: Mapping[str, str]) -> bool:
    """Whether more than one process trains."""
    return int(environment.get("WORLD_SIZE") or 1) > 1
