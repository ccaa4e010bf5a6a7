"""What training begins with: the teacher at the student's input size, pruned, or an earlier rung's student."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from decant_tasks.compress.batch_norm import adopt_statistics, reestimate_statistics
from decant_tasks.compress.prune import TrainingSamples, prune, read_pruning
from decant_tasks.compress.student_files import read_student
from decant_tasks.compress.timed_network import TimedNetwork
from decant_tasks.model.activations import replace_hard_swish
from decant_tasks.model.static_padding import set_static_padding
from decant_tasks.protocol.progress import Progress
from decant_tasks.training.checkpoint import Checkpoint


def begin_student(
    candidate: dict[str, Any],
    teacher: nn.Module,
    teacher_size: int,
    samples: Mapping[int, TrainingSamples],
    timed: TimedNetwork | None,
    *,
    checkpoint: Checkpoint,
    progress: Progress,
) -> nn.Module:
    """A copy of the teacher, changed as the candidate asks. samples: by input size, the teacher's and the student's."""
    size, pruning = candidate["input_size"], read_pruning(candidate["prune"])
    relu = candidate.get("activation") == "relu"
    student, changed = copy.deepcopy(teacher), pruning is not None or size != teacher_size or relu
    if changed or candidate["training"]["epochs"] > 0:
        # Pruning, other sizes and training all put the data's statistics in place of the pretraining photos'.
        progress("adopts the data's statistics")
        student = adopt_statistics(student, samples[teacher_size].inputs())
    student = set_static_padding(student, size)
    if relu:
        replace_hard_swish(student)
    if pruning is not None:
        progress("prunes")
        student = prune(student, size, pruning, samples[size], checkpoint, timed)
    if changed:
        student = reestimate_statistics(student, samples[size].inputs())
    return student


def continue_student(folder: Path, candidate: dict[str, Any], teacher: nn.Module) -> nn.Module:
    """The student that Compress wrote into `folder`, at the candidate's input size, where the teacher is."""
    student = read_student(folder).to(next(teacher.parameters()).device)
    return set_static_padding(student, candidate["input_size"])
