"""How the C library gives memory back."""

import ctypes

# Of `malloc.h`.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
KEPT_BYTES = 256 * 2**20


def keep_freed_memory() -> bool:
    """Let what one step of a loop frees serve the next one, up to 256 MiB.

    By default glibc hands it back to the system, and each step gets it anew, page by page and
    zeroed: a third of a LightGCN step, and a fifth of one that trains wide raw features. The peak
    stays what it was. It holds for the process, so those who start its work say so.

    Returns:
        Whether this system's C library can be told.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    kept = mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
    # Large blocks are no mappings of their own, which would end when they are freed.
    return bool(kept and mallopt(M_MMAP_MAX, 0))
