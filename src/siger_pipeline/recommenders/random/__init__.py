"""Random, a floor."""
