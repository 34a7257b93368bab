"""MIG-GT."""
