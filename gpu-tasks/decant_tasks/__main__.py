"""Entry of every task: `python -m decant_tasks` with INPUT (input.json) and OUTPUT (steps/<step>/<key>) set."""

from decant_tasks.protocol.watchdog import watch_standard_input

watch_standard_input()  # before the slow imports: a parent that dies while torch loads counts too

import os
import sys
import time
import traceback
from collections.abc import Mapping

from decant_tasks.distributed.batch_nodes import torchrun_environment
from decant_tasks.distributed.lost_company import LostCompanyError
from decant_tasks.distributed.train_together import run_with_company
from decant_tasks.errors import TaskError
from decant_tasks.protocol.error_codes import as_task_error
from decant_tasks.protocol.exit_codes import DONE, exit_code_of
from decant_tasks.protocol.failure import record_failure
from decant_tasks.protocol.files import write_json
from decant_tasks.protocol.open_task import OpenTask, open_task
from decant_tasks.protocol.progress import write_error
from decant_tasks.protocol.stop import StopRequest, stop_request_from
from decant_tasks.protocol.usage import describe_usage

_BEGAN_S = time.monotonic()


def run_task(environment: Mapping[str, str], stop: StopRequest, is_main: bool) -> None:
    """Reads the input, runs its task unless it is done, and commits."""
    with open_task(environment["INPUT"], environment["OUTPUT"], stop, is_main=is_main) as opened:
        if stop.agree(int(opened.attempt.find_done() is not None)):
            opened.progress("already done")
            return
        opened.attempt.begin()
        train_and_commit(opened, float(environment.get("CHECKPOINT_INTERVAL_S") or 30))


def train_and_commit(opened: OpenTask, checkpoint_interval_s: float) -> None:
    """Runs the task on local inputs. torch loads only here, once they are there."""
    attempt, task_input = opened.attempt, opened.fetch_inputs()

    from decant_tasks.determinism import make_deterministic
    from decant_tasks.memory import keep_freed_memory
    from decant_tasks.schema import check_record
    from decant_tasks.tasks.list import find_task
    from decant_tasks.tasks.task import TaskContext

    task = find_task(task_input.task)
    make_deterministic(task_input.threads)
    keep_freed_memory()
    places = (attempt.folder, attempt.checkpoint_folder)
    context = TaskContext(task_input, *places, opened.progress, opened.stop, checkpoint_interval_s)
    output = task.run(context)
    check_record(task.output_schema, output, "output.json")
    write_json(attempt.folder / "output.json", output)
    write_json(attempt.folder / "usage.json", describe_usage(_BEGAN_S))
    opened.progress("done" if attempt.commit() else "another attempt was first, its result stays")


def main(environment: Mapping[str, str] = os.environ) -> int:
    """The exit code: 0 when the step is done, else after an error line and failed-<attempt>.json; see exit_codes.py."""
    environment = {**environment, **torchrun_environment(environment)}
    stop = StopRequest()
    try:
        missing = [name for name in ("INPUT", "OUTPUT") if not environment.get(name)]
        if missing:
            raise TaskError("InvalidInput", f"Expected the environment variables INPUT and OUTPUT, missing: {missing}.")
        stop = stop_request_from(environment)
        run_with_company(environment, stop, lambda is_main: run_task(environment, stop, is_main))
        return DONE
    except BaseException as error:
        task_error, company_lost = as_task_error(error), isinstance(error, LostCompanyError)
        if task_error.code == "Defect":
            traceback.print_exc(file=sys.stderr)
        told_by_another = company_lost or environment.get("RANK", "0") != "0"
        # Before torch is there, nothing has worked, and the GPU that is paid for can't be named.
        usage = describe_usage(_BEGAN_S) if "torch" in sys.modules else None
        places = environment.get("INPUT", ""), environment.get("OUTPUT", "")
        record_failure(*places, task_error, usage, keep_other=told_by_another)
        write_error(task_error)
        return exit_code_of(task_error, signalled=stop.signalled, company_lost=company_lost)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # no waiting for the watchdog thread or for torch's teardown
