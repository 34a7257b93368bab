"""Recommenders for Python programs: fit on matrices or data frames, recommend, save, load."""
