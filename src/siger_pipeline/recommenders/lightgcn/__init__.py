"""LightGCN."""
