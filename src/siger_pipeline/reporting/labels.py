"""Names of graphs, and numbers, as people read them."""

import re

WORDS = {"knn": "kNN", "cooccurrence": "co-occurrence"}
REQUEST = re.compile(r"[\w-]+")


def graph_label(name: str) -> str:
    """The name of a request without its hyphens: `knn-text-k10` is labelled kNN text k10."""
    if not REQUEST.fullmatch(name):
        return name
    recipe, *parameters = name.split("-")
    return " ".join([WORDS.get(recipe, recipe.replace("_", " ")), *parameters])


def epochs(count: int) -> str:
    """A number of epochs in words."""
    return counted(count, "epoch", "epochs")


def counted(count: int, one: str, many: str) -> str:
    """A number of things in words, such as `1 study` and `2 studies`."""
    return f"{count} {one if count == 1 else many}"
