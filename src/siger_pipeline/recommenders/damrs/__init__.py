"""DA-MRS."""
