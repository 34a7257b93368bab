"""How many rows of a large matrix are computed at once."""

import torch

# A block is written once and read several times: on a CPU it stays in the caches of the cores,
# even where the bound on memory would allow a larger one.
CACHE_MIB = 4.0
# Of fewer rows than this, a product waits for the other factor's rows, not for arithmetic.
LEAST_ROWS = 128


def block_rows(row_bytes: int, device: torch.device, block_mib: float) -> int:
    """Rows of a block, at least one.

    Args:
        row_bytes: of all matrices that have such a row.
        device: where they are computed.
        block_mib: bound on the block, MiB.
    """
    rows = block_mib * 2**20 / max(1, row_bytes)
    if device.type == "cpu":
        rows = min(rows, max(rows * CACHE_MIB / block_mib, LEAST_ROWS))
    return max(1, int(rows))
