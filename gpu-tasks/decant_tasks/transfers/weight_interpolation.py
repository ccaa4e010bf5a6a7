"""Weights on the line from the probe to the end of fine-tuning: what both learned, before fine-tuning went too far.

Wortsman et al. 2021, "Robust fine-tuning of zero-shot models". It costs a few passes over the validation split.
"""

from collections.abc import Mapping

import torch
from torch import nn

from decant_tasks.training.evaluate import Score, predict_logits, score_logits
from decant_tasks.transfers.transfer import Recipe, Transfer, TransferContext, TransferResult

NAME = "weight-interpolation"
_SHARES = (0.25, 0.5, 0.75)
State = Mapping[str, torch.Tensor]


def interpolate(start: State, end: State, share: float) -> dict[str, torch.Tensor]:
    """(1 - share) * start + share * end, statistics of batch norms included; counters are the end's."""
    return {
        name: start[name].lerp(tensor, share) if tensor.is_floating_point() else tensor.clone()
        for name, tensor in end.items()
    }


def run(context: TransferContext, earlier: Mapping[str, TransferResult]) -> TransferResult:
    """Scores a few points between the probe and the last averaged weights of fine-tuning, and answers the best."""
    size = context.recipe.input_size
    images, labels = context.data.images("validation", size), context.data.labels("validation")
    network: nn.Module = context.pretrained()
    start, end = earlier["linear-probe"].state, earlier["full-fine-tune"].state
    best: tuple[Score, dict[str, torch.Tensor]] | None = None
    for share in _SHARES:
        context.stop.check()
        state = interpolate(start, end, share)
        network.load_state_dict(state)
        score = score_logits(predict_logits(network, images, context.normalisation), labels)
        if best is None or score.beats(best[0]):
            best = (score, state)
    assert best is not None
    context.progress(f"{NAME}: validation top-1 {best[0].top1:.4f}", metrics={"validation_top1": best[0].top1})
    return TransferResult(NAME, size, best[1], best[0], earlier["full-fine-tune"].steps, [])


def _is_wanted(recipe: Recipe) -> bool:
    return recipe.epochs > 0


WEIGHT_INTERPOLATION = Transfer(NAME, ("full-fine-tune", "linear-probe"), _is_wanted, run)
