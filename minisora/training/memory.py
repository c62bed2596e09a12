"""Memory of a training step on a CPU: a gigabyte that is freed, and wanted again at the next step."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  #: Names of glibc's malloc.h.
LARGEST_KEPT = 2**28  #: Bytes. What is larger than any activation, such as clips to be encoded, is given back.
LARGEST_KEPT_ONCE = 2**25  #: The most that glibc before 2.35 takes.


def keep_freed_memory() -> bool:
    """Let the C library keep what this process frees, instead of handing it back to the system.

    Linux's glibc returns large blocks at once and gets them back as fresh pages, each of which the kernel has to map
    and clear: a tenth to a fifth of a training step. The process then stays as large as it was at its largest.

    Returns: whether there is a glibc that could be told; elsewhere nothing happens.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if tell is None:
        return False
    kept = tell(M_MMAP_THRESHOLD, LARGEST_KEPT) or tell(M_MMAP_THRESHOLD, LARGEST_KEPT_ONCE)
    return bool(kept and tell(M_TRIM_THRESHOLD, 2**31 - 1))
