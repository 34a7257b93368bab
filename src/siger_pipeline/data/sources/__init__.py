"""The formats that interactions and items are read from, a module each."""
