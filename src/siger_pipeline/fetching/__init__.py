"""Pictures from the addresses in an item catalogue, which nobody has checked."""
