"""All importances, in alphabetical order."""

from decant_tasks.errors import TaskError
from decant_tasks.importances.importance import Importance
from decant_tasks.importances.l2_magnitude import L2_MAGNITUDE
from decant_tasks.importances.taylor import TAYLOR

IMPORTANCES: tuple[Importance, ...] = (L2_MAGNITUDE, TAYLOR)


def find_importance(name: str) -> Importance:
    """The importance of that name."""
    for importance in IMPORTANCES:
        if importance.name == name:
            return importance
    raise TaskError("InvalidInput", f"Expected an importance among {[i.name for i in IMPORTANCES]}, got {name!r}.")
