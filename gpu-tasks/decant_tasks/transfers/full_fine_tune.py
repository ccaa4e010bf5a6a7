"""Fine-tuning of all layers, from the probe's head: AdamW, warm-up and cosine, label smoothing, averaged weights.

Starting from the probe: Kumar et al. 2022, "Fine-tuning can distort pretrained features". Batch norms keep their
running statistics, for which the probe's head was solved. Measured at 160 px, 6 epochs over 450 training samples, 150
held out: flower photos 88.0 % against 83.3 % with statistics of each batch (rate 3e-4); grey surface defects 96.6 % at
a rate of 1e-4, 76 to 83 % at 3e-4, the probe alone 90.5 %.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.data.augment import Augmentation, augmented_batch
from decant_tasks.training.evaluate import Score, predict_logits, score_logits
from decant_tasks.training.loop import LoopSettings, run_loop
from decant_tasks.transfers.transfer import Recipe, Transfer, TransferContext, TransferResult

NAME = "full-fine-tune"
LABEL_SMOOTHING = 0.1
AUGMENTATION = Augmentation(scale=(0.6, 1.0), brightness=0.1, contrast=0.1, saturation=0.1)


def run(context: TransferContext, earlier: Mapping[str, TransferResult]) -> TransferResult:
    """Trains every layer for recipe.epochs and keeps the last averaged weights: validation is for the choice between
    strategies, and one that small would choose an epoch by chance."""
    recipe, data = context.recipe, context.data
    network = context.pretrained()
    if "linear-probe" in earlier:
        network.load_state_dict(earlier["linear-probe"].state)
    device = next(network.parameters()).device
    labels = torch.from_numpy(data.labels("train")).to(device)
    validation, validation_labels = data.images("validation", recipe.input_size), data.labels("validation")
    crops = data.crops()

    def make_batch(epoch: int, indices: np.ndarray) -> torch.Tensor:
        pixels = augmented_batch(crops, indices, recipe.input_size, context.seed, epoch, AUGMENTATION)
        return context.normalisation(pixels.to(device))

    def loss_of(logits: torch.Tensor, _: torch.Tensor, indices: np.ndarray) -> torch.Tensor:
        target = labels[torch.from_numpy(indices).to(device)]
        return F.cross_entropy(logits, target, label_smoothing=LABEL_SMOOTHING)

    def evaluate(averaged: nn.Module) -> Score:
        return score_logits(predict_logits(averaged, validation, context.normalisation), validation_labels)

    settings = LoopSettings(
        NAME, recipe.epochs, recipe.batch_size, recipe.learning_rate, keep="last", frozen_from_epoch=0
    )
    result = run_loop(
        network,
        settings,
        sample_count=data.count("train"),
        seed=context.seed,
        make_batch=make_batch,
        loss_of=loss_of,
        evaluate=evaluate,
        checkpoint=context.checkpoint(NAME),
        progress=context.progress,
        stop=context.stop,
    )
    state = {name: tensor.cpu() for name, tensor in result.state.items()}
    return TransferResult(NAME, recipe.input_size, state, result.score, result.steps, result.curve)


def _is_wanted(recipe: Recipe) -> bool:
    return recipe.epochs > 0


FULL_FINE_TUNE = Transfer(NAME, ("linear-probe",), _is_wanted, run)
