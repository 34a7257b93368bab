"""Names of graphs as people read them."""

COOCCURRENCE = "cooccurrence"
KINDS = {"knn": "{} kNN", "enhanced": "enhanced {}"}


def graph_label(name: str) -> str:
    """`knn_text`: text kNN; `enhanced_text`: enhanced text; other names nearly as they are."""
    if name == COOCCURRENCE:
        return "co-occurrence"
    kind, _, modality = name.partition("_")
    return KINDS[kind].format(modality) if kind in KINDS and modality else name.replace("_", " ")
