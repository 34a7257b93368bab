"""Exact cosines of listed pairs of rows.

Shape suffixes: P pairs, d feature dimensions.
"""

import numpy as np

from siger_pipeline.graphs.threads import spread
from siger_pipeline.graphs.units import UnitRows

# Pairs multiplied at once: their rows stay within a core's cache.
CHUNK_ENTRIES = 2**18


class PairCosines:
    """Cosines in float64 from the features as they are, summed in the same order for every pair.

    Equal rows therefore have equal cosines to the last bit. Nothing but a few rows a thread is
    held beside the features.
    """

    def __init__(self, units: UnitRows) -> None:
        """Take the rows of which positions speak."""
        self.units = units
        self._chunk = max(1, CHUNK_ENTRIES // max(1, units.width))

    def __call__(self, left_P: np.ndarray, right_P: np.ndarray) -> np.ndarray:
        """Cosines of pairs in any order.

        Args:
            left_P: one row of each pair, its position in the unit rows.
            right_P: the other.

        Returns:
            float64, [P].
        """
        left_P, right_P = self.units.items[left_P], self.units.items[right_P]
        cosine_P = np.empty(len(left_P))
        # Pairs of the same row one after another: it is then read once.
        order_P = np.argsort(left_P, kind="stable")

        def multiply(part: slice) -> None:
            pairs = order_P[part]
            cosine_P[pairs] = self._products(left_P[pairs], right_P[pairs])

        spread(multiply, len(order_P), self._chunk)
        cosine_P /= self.units.norms[left_P] * self.units.norms[right_P]
        return cosine_P

    def _products(self, left_P: np.ndarray, right_P: np.ndarray) -> np.ndarray:
        left_Pd, right_Pd = self.units.features[left_P], self.units.features[right_P]
        # A row is summed alike whatever stands beside it: NumPy does not promise that, a test
        # holds it, and the rounding before ties are broken would hide a last bit.
        return np.einsum("ij,ij->i", left_Pd, right_Pd, dtype=np.float64)
