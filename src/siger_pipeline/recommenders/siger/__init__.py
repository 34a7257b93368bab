"""SIGER."""
