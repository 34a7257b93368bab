"""Extractors of item features, one file each; `features.extractor` says what one is."""
