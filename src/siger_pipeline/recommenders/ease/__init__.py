"""EASE."""
