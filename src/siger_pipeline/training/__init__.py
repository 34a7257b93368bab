"""The training loop: it knows the protocol of models, never a model by name."""
