"""int8 steps under the limit that no pair of neighbours in a reduction overflows int16: pair-limit.ts, vectorised."""

import torch

from decant_tasks.simulated_quantization.arithmetic import INT8_MAX

PAIR_SUM_MAX = 128
# Scales may grow twofold in steps of a thirty-second: weights.ts.
_GROWTH = [1 + step / 32 for step in range(33)]


def round_channels(exact: torch.Tensor, scales: torch.Tensor, limited: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Steps, and which channels the limit moved: exact float32 [channels,length] in the order of the reduction."""
    steps = exact.div(scales[:, None]).round_().clamp_(-INT8_MAX, INT8_MAX)
    pairs = exact.shape[1] // 2
    if not limited or pairs == 0:
        return steps, torch.zeros(len(exact), dtype=torch.bool, device=exact.device)
    paired = steps[:, : 2 * pairs].reshape(len(exact), pairs, 2)
    channel, pair = (paired.sum(dim=2).abs() > PAIR_SUM_MAX).nonzero(as_tuple=True)
    wanted = exact[:, : 2 * pairs].reshape(len(exact), pairs, 2)[channel, pair].double()
    nearest = _round_pairs(wanted / scales[channel, None].double()).to(steps.dtype)
    steps[channel, 2 * pair], steps[channel, 2 * pair + 1] = nearest[:, 0], nearest[:, 1]
    moved = torch.zeros(len(exact), dtype=torch.bool, device=exact.device)
    moved[channel] = True
    return steps, moved


def _round_pairs(wanted: torch.Tensor) -> torch.Tensor:
    """The allowed integers nearest to float64 [pairs,2], in steps."""
    alone = wanted.round().clamp(-INT8_MAX, INT8_MAX)
    total = alone.sum(dim=1)
    limit = torch.where(total > 0, float(PAIR_SUM_MAX), -float(PAIR_SUM_MAX))
    start = torch.where(total > 0, limit - INT8_MAX, -float(INT8_MAX))
    end = torch.where(total > 0, float(INT8_MAX), limit + INT8_MAX)
    first = ((wanted[:, 0] - wanted[:, 1] + limit) / 2).round().clamp(start, end)
    moved = torch.stack([first, limit - first], dim=1)
    return torch.where((total.abs() > PAIR_SUM_MAX)[:, None], moved, alone)


def best_growth(exact: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """By channel, by how much the scale grows for the least squared error under the limit."""
    best, least = (
        torch.ones_like(scales),
        torch.full(scales.shape, torch.inf, dtype=torch.float64, device=scales.device),
    )
    rows = torch.arange(len(exact), device=exact.device)
    for growth in _GROWTH:
        grown = scales[rows] * growth
        steps, moved = round_channels(exact[rows], grown, limited=True)
        errors = (steps.double() * grown.double()[:, None] - exact[rows].double()).square_().sum(dim=1)
        better = errors < least[rows]
        best[rows[better]], least[rows[better]] = growth, errors[better]
        # Where the limit moves no weight any more, a larger scale can only do worse.
        rows = rows[moved]
        if len(rows) == 0:
            break
    return best
