"""The graphs stage."""
