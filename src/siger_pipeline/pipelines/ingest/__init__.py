"""Raw files to interactions, items, splits and indexes."""
