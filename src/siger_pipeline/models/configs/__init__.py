"""The hyperparameters of each model: `<name>.py` holds the `Config` of `models/<name>.py`."""
