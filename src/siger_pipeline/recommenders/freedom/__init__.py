"""FREEDOM."""
