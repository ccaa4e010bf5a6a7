"""When: once, before the distillation. Scores channels on training samples, cuts, and refits what reads them."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from decant_tasks.compress.allocation import Limits, Plan
from decant_tasks.compress.block_losses import measure_block_losses
from decant_tasks.compress.blocks import find_blocks, remove_blocks
from decant_tasks.compress.cost import CostModel
from decant_tasks.compress.cut import cut_channels
from decant_tasks.compress.groups import ChannelGroup, find_groups
from decant_tasks.compress.input_moments import measure_input_moments
from decant_tasks.compress.refit import describe_cut, norms_behind, refit
from decant_tasks.compress.timed_network import TimedNetwork
from decant_tasks.data.augment import plain_batch
from decant_tasks.data.order import in_batches
from decant_tasks.data.packed_arrays import PackedArrays
from decant_tasks.importances.list import find_importance
from decant_tasks.model.backbone import head_name
from decant_tasks.model.normalise import Normalisation
from decant_tasks.pruners.list import find_pruner
from decant_tasks.training.checkpoint import Checkpoint

# Enough for scores and statistics whose order no longer changes; a fixed bound for large data sets.
SAMPLES_MAX = 2048
BATCH_SIZE = 32


@dataclass(frozen=True)
class Pruning:
    """PruneRecipe of core/workflow/records/training.ts."""

    pruner: str
    importance: str
    channel_multiple: int
    parameters_ratio: float | None = None
    macs_ratio: float | None = None
    latency_ms: float | None = None


@dataclass(frozen=True)
class TrainingSamples:
    """Unaugmented training pixels at the student's input size, and their labels."""

    images: PackedArrays
    labels: np.ndarray
    normalisation: Normalisation

    def batches(self) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
        """Normalised images and labels, spread over the data set, the same ones every time."""
        count = len(self.images)
        chosen = np.unique(np.linspace(0, count - 1, min(count, SAMPLES_MAX)).astype(np.int64))
        # Samples are sorted by class; a batch of one class would give its statistics no variety.
        mixed = np.random.default_rng(0).permutation(chosen)
        device = self.normalisation.scale.device
        for indices in in_batches(mixed, BATCH_SIZE):
            yield (
                self.normalisation(plain_batch(self.images, indices).to(device)),
                torch.from_numpy(self.labels[indices]).to(device),
            )

    def inputs(self) -> Iterable[torch.Tensor]:
        """The same batches without their labels, one at a time."""
        return (images for images, _ in self.batches())


def prune(
    network: nn.Module,
    size: int,
    recipe: Pruning,
    samples: TrainingSamples,
    checkpoint: Checkpoint,
    timed: TimedNetwork | None = None,
) -> nn.Module:
    """Cuts `network` in place and refits what reads the cut channels; a resumed task takes that from the checkpoint."""
    groups = find_groups(network, size, head_name(network))
    saved = checkpoint.load()
    if saved is not None:
        remove_blocks(cut_channels(network, groups, saved["kept"]), saved["removed"]).load_state_dict(saved["state"])
        return network
    plan = _plan(network, groups, CostModel(network, groups, size, timed), size, recipe, samples)
    original, cut = copy.deepcopy(network), describe_cut(groups, plan.kept)
    moments = measure_input_moments(network, list(cut.inputs), samples.batches)
    remove_blocks(cut_channels(network, groups, plan.kept), plan.removed)
    refit(network, original, cut, moments, norms_behind(original, size))
    checkpoint.save({"kept": plan.kept, "removed": list(plan.removed), "state": network.state_dict()})
    return network


def _plan(
    network: nn.Module,
    groups: tuple[ChannelGroup, ...],
    costs: CostModel,
    size: int,
    recipe: Pruning,
    samples: TrainingSamples,
) -> Plan:
    whole = costs.total({})
    limits = Limits(
        _share(recipe.parameters_ratio, whole.parameters),
        _share(recipe.macs_ratio, whole.macs),
        recipe.channel_multiple,
        us=None if recipe.latency_ms is None else 1000 * recipe.latency_ms,
    )
    pruner = find_pruner(recipe.pruner)
    scores = find_importance(recipe.importance).score(network, groups, samples.batches)
    blocks = find_blocks(network, size) if pruner.removes_blocks else ()
    return pruner.plan(groups, scores, costs, limits, measure_block_losses(network, blocks, samples.batches))


def _share(ratio: float | None, whole: int) -> int | None:
    return None if ratio is None else int(ratio * whole)


def read_pruning(record: dict[str, Any] | None) -> Pruning | None:
    """From a checked candidate."""
    return None if record is None else Pruning(**record)
