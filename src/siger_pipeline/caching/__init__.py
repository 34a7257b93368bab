"""Nodes that run when, and only when, they must: for any Kedro project."""

import time

STARTED_NS = time.time_ns()  # imported before the project's modules: what changes later is not them
