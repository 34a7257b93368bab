"""Downloads of pictures from the untrusted addresses in an item catalogue."""
