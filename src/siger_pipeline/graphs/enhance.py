"""The enhanced item-item semantic graph."""

from scipy import sparse

from siger_pipeline.errors import ParameterError
from siger_pipeline.ops.sparse import mixed


def enhance(
    cooccurrence: sparse.csr_matrix, knn: sparse.csr_matrix, beta: float
) -> sparse.csr_matrix:
    """S̄_m = β C̄ + (1 − β) H̄_m, SIGER Eq. (7).

    Args:
        cooccurrence: C̄, [I, I].
        knn: H̄_m, [I, I].
        beta: β in [0, 1]; 0 is H̄_m (the ablation −EISG).

    Returns:
        CSR [I, I].

    Raises:
        ParameterError: β outside [0, 1].
    """
    if not 0.0 <= beta <= 1.0:
        raise ParameterError(f"beta is {beta}, and must be between 0 and 1")
    return mixed(cooccurrence, knn, beta)
