"""The pictures stage."""
