"""The tables of sweeps."""
