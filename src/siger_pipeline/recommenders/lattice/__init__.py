"""LATTICE."""
