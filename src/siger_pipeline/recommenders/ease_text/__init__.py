"""EASE with text, or with other features."""
