"""Freed memory stays with the process."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

_CODE = """
import resource, sys
from decant_tasks.memory import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
import torch
torch.set_num_threads(1)
for step in range(16):
    if step == 8:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    tensors = [torch.ones(size * 2**20) for size in (4, 3, 2, 5, 1)]
    del tensors
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _page_faults(word: str) -> int:
    root = Path(__file__).resolve().parents[1]
    # glibc moves its own threshold as the program runs; fixed, both runs start alike.
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}
    command = [sys.executable, "-c", _CODE, word]
    return int(subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the settings are glibc's")
def test_a_tensor_of_the_size_of_a_freed_one_costs_no_page_faults():
    assert 8 * _page_faults("keep") < _page_faults("default")
