"""The recommenders, a folder each: `config.py`, `model.py` and what is that model's alone."""
