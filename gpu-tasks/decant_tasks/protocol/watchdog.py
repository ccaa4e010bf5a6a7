"""Ends the process when its parent is gone: the parent holds the other end of standard input and never writes."""

import os
import stat
import sys
import threading
from collections.abc import Mapping

from decant_tasks.protocol.exit_codes import LOST_COMPANY

# A container engine may hand over a standard input that ends at once, and nobody stands behind it: the image sets 0.
SWITCH = "DECANT_WATCH_STANDARD_INPUT"


def _wait_for_end_of_input() -> None:
    try:
        while os.read(sys.stdin.fileno(), 4096):
            pass
    except OSError:
        pass  # a broken pipe says the same as its end
    # No cleanup: everything under a final name is whole already, and a half-written part has another name.
    os._exit(LOST_COMPANY)


def watch_standard_input(environment: Mapping[str, str] = os.environ) -> bool:
    """Starts the watch where standard input is a pipe or a socket; a terminal or /dev/null has no parent behind it."""
    if environment.get(SWITCH) == "0":
        return False
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return False
    threading.Thread(target=_wait_for_end_of_input, name="watchdog", daemon=True).start()
    return True
