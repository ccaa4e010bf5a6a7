"""The training loop, from top to bottom. Resumed it does what it would have done unbroken, to the byte; only where a
deadline is too near for all epochs does the clock have a say: then there are fewer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from decant_tasks.data.order import epoch_batches
from decant_tasks.determinism import seed_step
from decant_tasks.distributed.data_parallel import mean_over_processes, own_share, trained_together
from decant_tasks.distributed.shared_statistics import shared_statistics
from decant_tasks.protocol.progress import Progress
from decant_tasks.protocol.stop import StopRequest
from decant_tasks.training.average import average_decay, start_average, update_average
from decant_tasks.training.checkpoint import Checkpoint
from decant_tasks.training.evaluate import Score
from decant_tasks.training.schedule import learning_rate_at
from decant_tasks.training.time_limit import TimeLimit

MakeBatch = Callable[[int, np.ndarray], torch.Tensor]
"""(epoch, sample indices) -> normalised images [N,3,H,W]."""
Loss = Callable[[torch.Tensor, torch.Tensor, np.ndarray], torch.Tensor]
"""(logits, images, sample indices) -> scalar loss."""
Curve = list[dict[str, Any]]
"""CurvePoint of core/workflow/records/training.ts."""


@dataclass(frozen=True)
class LoopSettings:
    """How long and how fast. weight_decay does not touch biases and norms; `phase` names the curve; keep: the averaged
    weights of the best epoch on validation, or of the last one, where few samples would choose by chance;
    frozen_from_epoch: from this one on, batch norms normalise by their running statistics; None: never."""

    phase: str
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float = 0.05
    warmup_fraction: float = 0.1
    gradient_norm_limit: float = 5.0
    keep: Literal["best", "last"] = "best"
    frozen_from_epoch: int | None = None


@dataclass(frozen=True)
class LoopResult:
    """The best averaged weights by validation score, where they came from, and the curve: a point for each epoch that
    there was time for."""

    state: dict[str, torch.Tensor]
    score: Score
    steps: int
    curve: Curve


def parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay for matrices and kernels only."""
    decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]


def freeze_statistics(network: nn.Module) -> None:
    """Puts batch norms into evaluation mode; their factors still learn."""
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.eval()


def run_loop(
    network: nn.Module,
    settings: LoopSettings,
    *,
    sample_count: int,
    seed: int,
    make_batch: MakeBatch,
    loss_of: Loss,
    evaluate: Callable[[nn.Module], Score],
    checkpoint: Checkpoint,
    progress: Progress,
    stop: StopRequest,
    before_freezing: Callable[[nn.Module], object] = lambda _: None,
) -> LoopResult:
    """Trains `network` in place (its weights are those of the last step afterwards; the result holds the best).
    before_freezing: sets the statistics that frozen batch norms keep; once more, after a resumption, must be no
    change."""
    batches_per_epoch = len(epoch_batches(sample_count, settings.batch_size, seed, 0))
    epochs, limit = settings.epochs, TimeLimit(stop)
    groups = parameter_groups(network, settings.weight_decay)
    optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate, fused=True)
    together = trained_together(network)
    average = start_average(network)
    step, loss_sum, curve = 0, 0.0, []
    best_state, best_score = {k: v.clone() for k, v in average.state_dict().items()}, None

    def state() -> dict[str, Any]:
        score = None if best_score is None else [best_score.top1, best_score.loss]
        return {
            "network": network.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "numbers": {"step": step, "epochs": epochs, "loss_sum": loss_sum, "curve": curve, "score": score},
            "best": best_state,
        }

    saved = checkpoint.load()
    if saved is not None:
        network.load_state_dict(saved["network"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, epochs, loss_sum, curve = (saved["numbers"][name] for name in ("step", "epochs", "loss_sum", "curve"))
        best_state = saved["best"]
        best_score = Score(*saved["numbers"]["score"]) if saved["numbers"]["score"] else None
        progress(f"{settings.phase}: goes on from step {step}", done=step, total=epochs * batches_per_epoch)

    while step < (total_steps := epochs * batches_per_epoch):
        epoch, first = divmod(step, batches_per_epoch)
        limit.begin_at(whole=first == 0)
        batches = epoch_batches(sample_count, settings.batch_size, seed, epoch)
        network.train()
        if settings.frozen_from_epoch is not None and epoch >= settings.frozen_from_epoch:
            if epoch == settings.frozen_from_epoch and first == 0:
                before_freezing(network)
            freeze_statistics(network)
        for indices in batches[first:]:
            stop.check(lambda: checkpoint.save(state()))
            seed_step(seed, step)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(step, total_steps, settings.learning_rate, settings.warmup_fraction)
            share = own_share(indices)
            images = make_batch(epoch, share.indices)
            with shared_statistics():
                logits = together(images)
            loss = loss_of(logits, images, share.indices) * share.weight
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), settings.gradient_norm_limit)
            optimizer.step()
            update_average(average, network, average_decay(step, total_steps))
            loss_sum += mean_over_processes(loss)
            step += 1
            if step % batches_per_epoch and checkpoint.is_due():
                checkpoint.save(state())
            progress(done=step, total=total_steps)
        score = evaluate(average)
        train_loss, loss_sum = loss_sum / batches_per_epoch, 0.0
        curve.append(_point(settings.phase, epoch + 1, step, train_loss, score))
        if settings.keep == "last" or score.beats(best_score):
            best_score = score
            best_state = {k: v.clone() for k, v in average.state_dict().items()}
        metrics = {"train_loss": train_loss, "validation_top1": score.top1, "validation_loss": score.loss}
        progress(f"{settings.phase}: epoch {epoch + 1}", done=step, total=total_steps, metrics=metrics)
        before, epochs = epochs, limit.epochs_after(epoch + 1, epochs)
        if epochs < before:
            progress(f"{settings.phase}: ends after {epochs} of {settings.epochs} epochs, to keep the time")
        if epoch + 1 == epochs or checkpoint.is_due(epoch_end=True):
            checkpoint.save(state())

    return LoopResult(best_state, best_score or evaluate(average), step, curve)


def _point(phase: str, epoch: int, step: int, train_loss: float, score: Score) -> dict[str, Any]:
    return {
        "phase": phase,
        "epoch": epoch,
        "step": step,
        "train_loss": train_loss,
        "validation_top1": score.top1,
        "validation_loss": score.loss,
    }
