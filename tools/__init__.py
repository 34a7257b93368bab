"""Generators of files of this repository; not part of the package."""
