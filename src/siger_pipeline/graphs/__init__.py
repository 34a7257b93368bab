"""Item and user-item graphs: pure functions from interactions and features to CSR matrices."""
