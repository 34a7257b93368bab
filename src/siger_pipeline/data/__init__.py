"""Tables of interactions and items: reading, k-core, splits, indexes. Pure functions."""
