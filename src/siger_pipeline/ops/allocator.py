"""How the C library gives memory back."""

import ctypes

# Of `malloc.h`.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 256 * 2**20
LARGEST_KEPT = 32 * 2**20  # the most that glibc takes


def keep_freed_memory() -> bool:
    """Let what one step of a loop frees serve the next one, up to 256 MiB.

    By default glibc hands it back to the system, and each step gets it anew, page by page and
    zeroed: a third of a LightGCN step. The peak stays what it was. It holds for the process, so
    those who start its work say so.

    Returns:
        Whether this system's C library can be told.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    kept = mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    return bool(kept and mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT))
