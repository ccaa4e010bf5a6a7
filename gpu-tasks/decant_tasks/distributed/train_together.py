"""Joins the other processes for as long as a task runs, where the environment names any."""

from collections.abc import Callable, Mapping

from decant_tasks.distributed.batch_nodes import has_company
from decant_tasks.distributed.lost_company import LostCompanyError
from decant_tasks.protocol.stop import StopRequest


def run_with_company(environment: Mapping[str, str], stop: StopRequest, run: Callable[[bool], None]) -> None:
    """Calls `run` with whether this is the main process. Alone it loads nothing and asks nobody."""
    if not has_company(environment):
        run(True)
        return
    from decant_tasks import determinism  # noqa: F401  isort: skip, before torch
    from decant_tasks.distributed.processes import highest_of_all, is_lost_company, join_processes, wait_for_all

    try:
        join_processes(environment)
        stop.agree = highest_of_all
        run(environment["RANK"] == "0")
        wait_for_all()
    except RuntimeError as error:
        if is_lost_company(error):
            raise LostCompanyError(str(error)[:300]) from error
        raise
