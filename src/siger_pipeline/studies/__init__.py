"""Trials and studies: their names, the grid of a study, its table of results."""
