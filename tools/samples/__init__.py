"""A small made-up shop, once in each published raw format that can be read."""
