"""A package with one part of each kind, as somebody else would write it."""
