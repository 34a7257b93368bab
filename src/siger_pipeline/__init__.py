"""SIGER as a Kedro project: from raw files to ranked lists."""

__version__ = "0.1.0"
