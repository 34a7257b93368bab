"""Frozen encoders of texts and pictures: loading, batches, and vectors kept from earlier runs."""
