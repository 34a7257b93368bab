"""SIGER as a Kedro project: from raw files to ranked lists."""

from siger_pipeline.caching.loaded import watch

__version__ = "0.1.0"

watch(__name__)
