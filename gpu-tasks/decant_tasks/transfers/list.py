"""All transfer strategies, in alphabetical order."""

from decant_tasks.transfers.full_fine_tune import FULL_FINE_TUNE
from decant_tasks.transfers.linear_probe import LINEAR_PROBE
from decant_tasks.transfers.transfer import Recipe, Transfer
from decant_tasks.transfers.weight_interpolation import WEIGHT_INTERPOLATION

TRANSFERS: tuple[Transfer, ...] = (FULL_FINE_TUNE, LINEAR_PROBE, WEIGHT_INTERPOLATION)


def wanted_transfers(recipe: Recipe) -> list[Transfer]:
    """What the recipe asks for, each after those whose results it reads."""
    waiting = [transfer for transfer in TRANSFERS if transfer.is_wanted(recipe)]
    names = {transfer.name for transfer in waiting}
    ordered: list[Transfer] = []
    while waiting:
        done = {transfer.name for transfer in ordered}
        ready = [transfer for transfer in waiting if {*transfer.after} & names <= done]
        ordered += ready
        waiting = [transfer for transfer in waiting if transfer not in ready]
    return ordered
