"""Ranked lists and their metrics: pure functions of scores and interactions."""
