"""Ranked lists and what is measured on them: pure functions of scores and interactions."""
