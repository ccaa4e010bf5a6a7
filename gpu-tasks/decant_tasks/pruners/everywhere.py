"""Cuts every group, residual streams included. Greedy by importance per cost over all groups at once."""

from decant_tasks.compress.allocation import allocate_greedily
from decant_tasks.pruners.pruner import Pruner

EVERYWHERE = Pruner("everywhere", allocate_greedily)
