"""SIGER Eqs. (1)–(7), entry by entry, on dense arrays."""

import numpy as np


def bipartite(interactions: np.ndarray) -> np.ndarray:
    n_users, n_items = interactions.shape
    result = np.zeros((n_users, n_items))
    for u in range(n_users):
        for i in range(n_items):
            if interactions[u, i]:
                degree_u, degree_i = interactions[u].sum(), interactions[:, i].sum()
                result[u, i] = 1.0 / np.sqrt(degree_u * degree_i)
    return result


def whole_bipartite(interactions: np.ndarray, normalisation: str, loops: bool) -> np.ndarray:
    """The graph of all users and then all items, with edges in both directions."""
    n_users, n_items = interactions.shape
    edges = np.zeros((n_users + n_items, n_users + n_items))
    for u in range(n_users):
        for i in range(n_items):
            edges[u, n_users + i] = edges[n_users + i, u] = bool(interactions[u, i])
    for node in range(n_users + n_items):
        edges[node, node] = loops
    degrees = edges.sum(axis=1)
    result = np.zeros_like(edges)
    for one, other in zip(*edges.nonzero(), strict=True):
        both = np.sqrt(degrees[one] * degrees[other])
        result[one, other] = 1.0 / (degrees[one] if normalisation == "mean" else both)
    return result


def normalised(graph: np.ndarray) -> np.ndarray:
    degrees = [row.sum() for row in graph]
    result = np.zeros_like(graph)
    for i, row in enumerate(graph):
        for j, weight in enumerate(row):
            if weight:
                result[i, j] = weight / np.sqrt(degrees[i] * degrees[j])
    return result


def largest(weights: list[tuple[float, int]], k: int) -> list[tuple[float, int]]:
    """The k largest (weight, index), ties to the smaller index."""
    return sorted(weights, key=lambda pair: (-pair[0], pair[1]))[:k]


def cooccurrence(interactions: np.ndarray, k: int) -> np.ndarray:
    n_items = interactions.shape[1]
    graph = np.zeros((n_items, n_items))
    for i in range(n_items):
        weights = []
        for j in range(n_items):
            count = sum(1 for user in interactions if user[i] and user[j])
            if i != j and count:
                weights.append((count / (1 + count), j))
        for weight, j in largest(weights, k):
            graph[i, j] = weight
    return normalised(graph)


def knn(features: np.ndarray, k: int, missing: np.ndarray) -> np.ndarray:
    n_items = len(features)
    graph = np.zeros((n_items, n_items))
    for i in range(n_items):
        if missing[i]:
            graph[i, i] = 1.0
            continue
        weights = []
        for j in range(n_items):
            if not missing[j]:
                lengths = np.linalg.norm(features[i]) * np.linalg.norm(features[j])
                weights.append(((1 + float(features[i] @ features[j]) / lengths) / 2, j))
        for weight, j in largest([(round(w, 10), j) for w, j in weights], k):
            graph[i, j] = weight
    return normalised(graph)


def dual_knn(features: list[np.ndarray], k: int, missing: np.ndarray) -> np.ndarray:
    """Neighbours by the first modality among pairs that reach the mean cosine of each modality."""
    n_items = len(features[0])
    cosines = []
    for rows in features:
        lengths = np.array([float(np.linalg.norm(row)) or 1.0 for row in rows])
        cosines.append(np.round(rows @ rows.T / np.outer(lengths, lengths), 12))
    means = [round(float(np.mean(cosine)), 12) for cosine in cosines]
    graph = np.zeros((n_items, n_items))
    for i in range(n_items):
        candidates = []
        for j in range(n_items):
            alike = all(cosine[i, j] >= mean for cosine, mean in zip(cosines, means, strict=True))
            if i == j or (alike and not missing[i] and not missing[j]):
                candidates.append((1.0 if i == j else float(cosines[0][i, j]), j))
        for _, j in largest(candidates, k):
            graph[i, j] = 1.0
    return normalised(graph)


def users_in_common(interactions: np.ndarray, k: int, least: int) -> np.ndarray:
    n_items = interactions.shape[1]
    graph = np.eye(n_items)
    for i in range(n_items):
        counts = []
        for j in range(n_items):
            count = sum(1 for user in interactions if user[i] and user[j])
            if i != j and count >= least:
                counts.append((float(count), j))
        for _, j in largest(counts, k):
            graph[i, j] = 1.0
    return normalised(graph)
