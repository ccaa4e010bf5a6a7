"""Keeps freed memory for the next step of training, where the C library is glibc.

By default glibc hands each large tensor back to the system and asks for fresh, zeroed pages again: 200,000 page faults
a step of 32 images, a quarter of all CPU time. The constants are those of glibc's malloc.h.
"""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_BYTES = 2**30


def keep_freed_memory() -> bool:
    """Answers whether the C library took the settings. Changes no result, only the time it takes."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(setting, _BYTES) == 1 for setting in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD))
