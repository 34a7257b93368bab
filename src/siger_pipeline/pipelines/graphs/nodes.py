"""Nodes of the graphs stage."""

from siger_pipeline.pipelines.types import csr_matrix, ndarray


def build_bipartite(split_matrix: csr_matrix) -> csr_matrix:
    """The normalised user-item graph."""
    from siger_pipeline.data.matrix import interaction_matrix
    from siger_pipeline.data.schema import Split
    from siger_pipeline.graphs.bipartite import normalised_bipartite

    return normalised_bipartite(interaction_matrix(split_matrix, Split.TRAIN))


def build_cooccurrence(split_matrix: csr_matrix, k: int, block_mib: float) -> csr_matrix:
    """C̄."""
    from siger_pipeline.data.matrix import interaction_matrix
    from siger_pipeline.data.schema import Split
    from siger_pipeline.graphs.cooccurrence import cooccurrence_graph

    interactions = interaction_matrix(split_matrix, Split.TRAIN)
    return cooccurrence_graph(interactions, k, block_mib=block_mib)


def build_knn(features: ndarray, missing: ndarray, k: int, block_mib: float) -> csr_matrix:
    """H̄_m of one modality."""
    from siger_pipeline.graphs.knn import knn_graph
    from siger_pipeline.ops.allocator import keep_freed_memory

    keep_freed_memory()
    return knn_graph(features, k, missing=missing, block_mib=block_mib)


def build_enhanced(cooccurrence: csr_matrix, knn: csr_matrix, beta: float) -> csr_matrix:
    """S̄_m of one modality."""
    from siger_pipeline.graphs.enhance import enhance

    return enhance(cooccurrence, knn, beta)
