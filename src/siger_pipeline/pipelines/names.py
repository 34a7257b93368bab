"""Catalog names that several stages share."""

# Argument names of nodes as well, so that a wiring of a dict is {name: name for name in …}.
SPLIT_TABLES = ("splits", "user_index", "item_index")
SPLIT_MATRIX = "split_matrix"
