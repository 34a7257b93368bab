"""Numbered interactions and names of the numbers, as MMRec publishes them."""
