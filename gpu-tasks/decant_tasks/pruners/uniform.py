"""Keeps the same share of every group, residual streams included: a width multiplier, to compare the others with."""

from decant_tasks.compress.allocation import allocate_uniformly
from decant_tasks.pruners.pruner import Pruner

UNIFORM = Pruner("uniform", allocate_uniformly)
