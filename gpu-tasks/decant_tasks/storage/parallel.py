"""Many transfers at once, a bounded number at a time; the first error ends them, and so does a request to stop."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from decant_tasks.storage.client import CONCURRENT_TRANSFERS

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], check: Callable[[], object] = lambda: None
) -> list[Result]:
    """Results in no order. `check` is called after each and may raise."""
    with ThreadPoolExecutor(CONCURRENT_TRANSFERS, thread_name_prefix="transfer") as pool:
        try:
            results = []
            for future in as_completed([pool.submit(work, item) for item in items]):
                results.append(future.result())
                check()
            return results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
