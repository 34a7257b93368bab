"""The made-up catalogue of the embedded sample: a small shop whose customers have tastes."""
