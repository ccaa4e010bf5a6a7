"""Linear probe: the frozen backbone's features are cached once, then a logistic regression over them is solved exactly.

The control that fine-tuning has to beat, and the head that it starts from. Kornblith et al. 2019, "Do better ImageNet
models transfer better?", choose the penalty on validation in the same way.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from decant_tasks.data.augment import Augmentation, augmented_batch, plain_batch
from decant_tasks.export.frozen_forward import frozen_forward
from decant_tasks.model.backbone import head_of, pooled_features
from decant_tasks.training.evaluate import Score, score_logits
from decant_tasks.transfers.transfer import Recipe, Transfer, TransferContext, TransferResult

NAME = "linear-probe"
_PENALTIES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0)
_AUGMENTED_VIEWS = 1
_BATCH_SIZE = 32
_GENTLE = Augmentation(scale=(0.6, 1.0), brightness=0.1, contrast=0.1, saturation=0.1)


class _Pooled(nn.Module):
    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return pooled_features(self.network, images)


@torch.inference_mode()
def cache_features(context: TransferContext, network: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """Features of train views (plain, flipped, augmented), float32 [views*N,features], and of validation."""
    size = context.recipe.input_size
    train, validation = context.data.images("train", size), context.data.images("validation", size)
    crops, device = context.data.crops(), next(network.parameters()).device
    pooled = frozen_forward(_Pooled(network), size)

    def features(pixels: torch.Tensor) -> torch.Tensor:
        context.stop.check()
        return pooled(context.normalisation(pixels.to(device)))

    def augmented(view: int, indices: np.ndarray) -> torch.Tensor:
        return augmented_batch(crops, indices, size, context.seed, -1 - view, _GENTLE)

    views = [lambda i: plain_batch(train, i), lambda i: plain_batch(train, i).flip(-1)]
    views += [lambda i, view=view: augmented(view, i) for view in range(_AUGMENTED_VIEWS)]
    total, done = len(views) * len(train) + len(validation), 0
    parts: list[torch.Tensor] = []
    for pixels_of, count in [
        *((view, len(train)) for view in views),
        (lambda i: plain_batch(validation, i), len(validation)),
    ]:
        for start in range(0, count, _BATCH_SIZE):
            indices = np.arange(start, min(start + _BATCH_SIZE, count))
            parts.append(features(pixels_of(indices)))
            done += len(indices)
            context.progress(done=done, total=total)
    every = torch.cat(parts)
    return every[: len(views) * len(train)], every[len(views) * len(train) :]


def solve_logistic_regression(
    features: torch.Tensor, labels: torch.Tensor, classes: int, penalty: float, iterations: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """float64 weight [classes,features] and bias minimising cross-entropy + penalty/2 * |weight|^2, by L-BFGS."""
    weight = torch.zeros(classes, features.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weight, bias], max_iter=iterations, history_size=10, tolerance_change=1e-9, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(features @ weight.T + bias, labels) + penalty / 2 * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weight.detach(), bias.detach()


def feature_scale(features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and scale of each feature. The scale is half-way (geometrically) between the feature's own deviation and the
    median one, and not below half of that: a feature that hardly varies must not get a huge weight, which would answer
    wildly as soon as fine-tuning moves it."""
    deviation = features.std(dim=0)
    median = deviation.median().clamp(min=1e-6)
    return features.mean(dim=0), (deviation.clamp(min=0.5 * median) * median).sqrt()


def run(context: TransferContext, _: Mapping[str, TransferResult]) -> TransferResult:
    """Caches features, solves for each penalty, keeps the best on validation and writes it into the head."""
    network = context.pretrained()
    train_features, validation_features = cache_features(context, network)
    mean, scale = feature_scale(train_features.double())
    standard = (train_features.double() - mean) / scale
    train_labels = context.data.labels("train")
    labels = torch.from_numpy(np.tile(train_labels, len(standard) // len(train_labels)))
    validation_labels = context.data.labels("validation")
    iterations = max(1, context.recipe.probe_epochs)
    best: tuple[Score, torch.Tensor, torch.Tensor] | None = None
    for penalty in _PENALTIES:
        context.stop.check()
        weight, bias = solve_logistic_regression(standard, labels, context.data.classes, penalty, iterations)
        weight = weight / scale
        bias = bias - weight @ mean
        score = score_logits(validation_features.double() @ weight.T + bias, validation_labels)
        if best is None or score.loss < best[0].loss:  # a finer measure than top-1 over few samples
            best = (score, weight, bias)
    assert best is not None
    score, weight, bias = best
    head = head_of(network)
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    context.progress(f"{NAME}: validation top-1 {score.top1:.4f}", metrics={"validation_top1": score.top1})
    train_loss = F.cross_entropy(train_features.double() @ weight.T + bias, labels).item()
    state = {name: tensor.cpu() for name, tensor in network.state_dict().items()}
    return TransferResult(
        NAME, context.recipe.input_size, state, score, iterations, [_point(iterations, train_loss, score)]
    )


def _point(step: int, train_loss: float, score: Score) -> dict[str, float | str]:
    return {
        "phase": NAME,
        "epoch": 1,
        "step": step,
        "train_loss": train_loss,
        "validation_top1": score.top1,
        "validation_loss": score.loss,
    }


def _is_wanted(_: Recipe) -> bool:
    return True


LINEAR_PROBE = Transfer(NAME, (), _is_wanted, run)
