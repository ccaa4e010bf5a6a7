"""All pruners, in alphabetical order."""

from decant_tasks.errors import TaskError
from decant_tasks.pruners.everywhere import EVERYWHERE
from decant_tasks.pruners.expansion import EXPANSION
from decant_tasks.pruners.knapsack import KNAPSACK
from decant_tasks.pruners.pruner import Pruner
from decant_tasks.pruners.uniform import UNIFORM

PRUNERS: tuple[Pruner, ...] = (EVERYWHERE, EXPANSION, KNAPSACK, UNIFORM)


def find_pruner(name: str) -> Pruner:
    """The pruner of that name."""
    for pruner in PRUNERS:
        if pruner.name == name:
            return pruner
    raise TaskError("InvalidInput", f"Expected a pruner among {[p.name for p in PRUNERS]}, got {name!r}.")
