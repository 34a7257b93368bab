"""The training loop, for any model that keeps to the protocol."""
