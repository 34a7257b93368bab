"""Kedro datasets that kedro-datasets lacks: bytes to object and back, atomic and deterministic.

Kedro makes every dataset of a run before it runs anything, and most nodes of most runs are fresh:
the libraries of the objects are imported when something is loaded, saved or previewed.
"""
