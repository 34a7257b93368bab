"""Nodes of the graphs stage."""

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from scipy import sparse

from siger_pipeline.data.matrix import interaction_matrix
from siger_pipeline.data.schema import Split
from siger_pipeline.graphs.bipartite import normalised_bipartite
from siger_pipeline.graphs.config import GraphsConfig
from siger_pipeline.graphs.cooccurrence import cooccurrence_graph
from siger_pipeline.graphs.enhance import enhance
from siger_pipeline.graphs.knn import knn_graph


def training_matrix(splits: Table, user_index: Table, item_index: Table) -> sparse.csr_matrix:
    """R, the training interactions, CSR [U, I]."""
    frame: pd.DataFrame = splits.to_pandas()
    n_users, n_items = int(user_index.count().execute()), int(item_index.count().execute())
    return interaction_matrix(frame, Split.TRAIN, n_users, n_items)


def build_bipartite(splits: Table, user_index: Table, item_index: Table) -> sparse.csr_matrix:
    """The normalised user-item graph."""
    return normalised_bipartite(training_matrix(splits, user_index, item_index))


def build_cooccurrence(
    splits: Table, user_index: Table, item_index: Table, config: GraphsConfig
) -> sparse.csr_matrix:
    """C̄."""
    interactions = training_matrix(splits, user_index, item_index)
    return cooccurrence_graph(interactions, config.cooccurrence_k, block_mib=config.block_mib)


def build_knn(features: np.ndarray, missing: np.ndarray, config: GraphsConfig) -> sparse.csr_matrix:
    """H̄_m of one modality."""
    return knn_graph(features, config.knn_k, missing=missing, block_mib=config.block_mib)


def build_enhanced(
    cooccurrence: sparse.csr_matrix, knn: sparse.csr_matrix, config: GraphsConfig
) -> sparse.csr_matrix:
    """S̄_m of one modality."""
    return enhance(cooccurrence, knn, config.beta)
