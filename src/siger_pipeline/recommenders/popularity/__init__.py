"""Popularity, a floor."""
