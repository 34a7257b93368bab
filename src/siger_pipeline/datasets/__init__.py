"""Kedro datasets that kedro-datasets lacks: bytes to object and back, atomic and deterministic."""
