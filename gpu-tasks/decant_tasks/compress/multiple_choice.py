"""The multiple-choice knapsack: one option of each class, least loss in all, with several costs under their limits.

Several costs become one by weights (a surrogate constraint: Glover 1968), which dynamic programming solves on a grid
for every budget at once; of all weights and budgets the least loss whose true costs keep the limits is taken. What is
tried doesn't depend on the limits, so wider limits never lose more.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

LEVELS = 4096
WEIGHT_STEPS = 8


@dataclass(frozen=True)
class Options:
    """Of one class: losses float64 [options] and costs float64 [options,kinds]."""

    losses: np.ndarray
    costs: np.ndarray


@dataclass(frozen=True)
class Solutions:
    """Of one set of weights, by budget: losses [budgets], costs [budgets,kinds], choices int [classes,budgets]."""

    losses: np.ndarray
    costs: np.ndarray
    choices: np.ndarray


def weightings(kinds: int) -> Iterator[np.ndarray]:
    """Weights float64 [kinds] that sum to 1, on a regular grid."""
    for parts in itertools.product(range(WEIGHT_STEPS + 1), repeat=kinds):
        if sum(parts) == WEIGHT_STEPS:
            yield np.array(parts) / WEIGHT_STEPS


def solve(classes: Sequence[Options], weights: np.ndarray) -> Solutions:
    """The option of each class for every budget of the weighted costs; costs are in shares of the whole."""
    steps = [np.rint(options.costs @ weights * LEVELS).astype(np.int64) for options in classes]
    budgets = sum(int(each.max()) for each in steps) + 1
    losses = np.full(budgets, np.inf)
    losses[0] = 0.0
    costs = np.zeros((budgets, len(weights)))
    choices = np.zeros((len(classes), budgets), np.int64)
    came_from: list[np.ndarray] = []
    for place, (options, each) in enumerate(zip(classes, steps, strict=True)):
        best, source = np.full(budgets, np.inf), np.zeros(budgets, np.int64)
        for option, (loss, step) in enumerate(zip(options.losses, each, strict=True)):
            reached = np.full(budgets, np.inf)
            reached[step:] = losses[: budgets - step] + loss
            better = reached < best
            best[better] = reached[better]
            choices[place, better] = option
            source[better] = np.nonzero(better)[0] - step
        losses, costs = best, costs[source] + options.costs[choices[place]]
        came_from.append(source)
    return Solutions(losses, costs, _trace(choices, came_from))


def _trace(choices: np.ndarray, came_from: Sequence[np.ndarray]) -> np.ndarray:
    """Choices by final budget, from choices by the budget at each class."""
    at = np.arange(choices.shape[1])
    traced = np.empty_like(choices)
    for place in range(len(choices) - 1, -1, -1):
        traced[place] = choices[place, at]
        at = came_from[place][at]
    return traced


def best_within(solutions: Solutions, limits: np.ndarray) -> tuple[float, np.ndarray] | None:
    """The least loss whose costs are at most `limits` [kinds], and its options [classes]; None where none is."""
    within = (solutions.costs <= limits).all(axis=1) & np.isfinite(solutions.losses)
    if not within.any():
        return None
    losses = np.where(within, solutions.losses, np.inf)
    place = len(losses) - 1 - int(losses[::-1].argmin())  # of equal losses what keeps more
    return float(solutions.losses[place]), solutions.choices[:, place]
