"""Recommenders: one protocol, one short file per model."""
