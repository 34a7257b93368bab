"""Kedro runs that execute a node only when its code, parameters or inputs changed.

What other packages use of this one: `FreshRunner`, `FreshError`, `UnfinishedDataset`, `watch` and
`with_code`, each imported when it is asked for, so that this package costs nothing to import.
"""

from importlib import import_module
from typing import Any

import kedro_fresh.clock  # noqa: F401  (it notes when the process began)

OFFERED = {
    "FreshError": "errors",
    "FreshRunner": "runner",
    "UnfinishedDataset": "unfinished",
    "watch": "loaded",
    "with_code": "extra",
}


def __getattr__(name: str) -> Any:
    if name not in OFFERED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{OFFERED[name]}"), name)
