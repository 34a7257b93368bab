"""Nodes of the graphs stage."""

from siger_pipeline.pipelines.types import Table, csr_matrix, ndarray


def training_matrix(splits: Table, user_index: Table, item_index: Table) -> csr_matrix:
    """R, the training interactions, CSR [U, I]."""
    from siger_pipeline.data.matrix import interaction_matrix
    from siger_pipeline.data.schema import Split

    n_users, n_items = int(user_index.count().execute()), int(item_index.count().execute())
    return interaction_matrix(splits.to_pandas(), Split.TRAIN, n_users, n_items)


def build_bipartite(splits: Table, user_index: Table, item_index: Table) -> csr_matrix:
    """The normalised user-item graph."""
    from siger_pipeline.graphs.bipartite import normalised_bipartite

    return normalised_bipartite(training_matrix(splits, user_index, item_index))


def build_cooccurrence(
    splits: Table, user_index: Table, item_index: Table, k: int, block_mib: float
) -> csr_matrix:
    """C̄."""
    from siger_pipeline.graphs.cooccurrence import cooccurrence_graph

    interactions = training_matrix(splits, user_index, item_index)
    return cooccurrence_graph(interactions, k, block_mib=block_mib)


def build_knn(features: ndarray, missing: ndarray, k: int, block_mib: float) -> csr_matrix:
    """H̄_m of one modality."""
    from siger_pipeline.graphs.knn import knn_graph

    return knn_graph(features, k, missing=missing, block_mib=block_mib)


def build_enhanced(cooccurrence: csr_matrix, knn: csr_matrix, beta: float) -> csr_matrix:
    """S̄_m of one modality."""
    from siger_pipeline.graphs.enhance import enhance

    return enhance(cooccurrence, knn, beta)
