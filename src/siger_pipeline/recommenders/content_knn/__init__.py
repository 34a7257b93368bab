"""Content kNN."""
