"""SIGER as a Kedro project: from raw files to ranked lists."""

from kedro_fresh.loaded import watch
from siger_pipeline.threads import wait_briefly

__version__ = "0.1.0"

watch(__name__)
wait_briefly()  # before any module of the package imports PyTorch
