"""Nodes that run when, and only when, they must: for any Kedro project."""
