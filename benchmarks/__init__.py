"""What measures the project's speed and memory: run by `make bench`, never by the tests."""

import siger_pipeline  # noqa: F401, it says how threads wait, before PyTorch is imported
