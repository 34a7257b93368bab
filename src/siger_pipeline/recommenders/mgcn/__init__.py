"""MGCN."""
