"""Keeps freed memory for the next step of training, where the C library is glibc.

By default glibc hands each large tensor back to the system and asks for fresh, zeroed pages again: 200,000 page faults
a step of 32 images. Without that, a training step of EfficientNet-Lite0 at 160 px fell from 49 to 31 ms of CPU a
sample. The constants are those of glibc's malloc.h.
"""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4
_NEVER = -1
_SETTINGS = ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _NEVER), (_M_TOP_PAD, 64 * 2**20))


def keep_freed_memory() -> bool:
    """Answers whether the C library took the settings; musl and others have none. Changes no result, only the time."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(setting, value) == 1 for setting, value in _SETTINGS)
