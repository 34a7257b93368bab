"""VBPR."""
