"""Formats of raw files, one module or package each; `data.source` says what one is."""
