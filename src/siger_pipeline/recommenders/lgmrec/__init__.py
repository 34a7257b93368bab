"""LGMRec."""
