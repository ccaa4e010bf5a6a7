"""Learning rate by step: linear warm-up, then a cosine to nearly nothing. Loshchilov and Hutter 2017, "SGDR"."""

import math

_FINAL_FRACTION = 0.01


def learning_rate_at(step: int, total_steps: int, peak: float, warmup_fraction: float = 0.1) -> float:
    """The rate of step 0..total_steps-1."""
    warmup = max(1, round(warmup_fraction * total_steps))
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, total_steps - warmup)
    return peak * (_FINAL_FRACTION + (1 - _FINAL_FRACTION) * 0.5 * (1 + math.cos(math.pi * progress)))
