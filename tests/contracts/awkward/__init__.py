"""Recommenders with the awkward parts of published ones, each to pass the whole contract suite."""

AWKWARD = (
    "content_profile",
    "item_matrix",
    "learned_graph",
    "many_negatives",
    "mlp_scores",
    "no_negatives",
    "noisy",
    "redrawn_graph",
)
