"""The server process, or several."""

from __future__ import annotations

import copy
import gc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siger_pipeline.errors import UserError
from siger_pipeline.service import limits

if TYPE_CHECKING:
    from fastapi import FastAPI

FOLDER, EVERY = "SIGER_SERVE_FOLDER", "SIGER_SERVE_RELOAD_SECONDS"
INDEX = "SIGER_SERVE_INDEX"  # 1: items are sought by an index
USUAL_EVERY = 5.0  # seconds


def serve(
    folder: Path,
    host: str,
    port: int,
    workers: int,
    index: bool = False,
    every: float = USUAL_EVERY,
) -> None:
    """Answer requests until the process is told to end.

    Args:
        folder: see `service.current.Current`.
        host: address to listen at.
        port: of that address.
        workers: processes; each has its own recommender, whose arrays are the same memory maps.
        index: whether items are sought by an index, see `FittedRecommender.use_index`.
        every: seconds between two looks for a newer version.

    Raises:
        UserError: FastAPI or uvicorn is not installed, or the folder cannot be loaded.
    """
    uvicorn = _installed()
    from siger_pipeline.service.current import Current

    Current(folder, index=index)  # a faulty folder is reported once, not by each worker
    os.environ |= {FOLDER: str(folder.absolute()), EVERY: str(every), INDEX: str(int(index))}
    uvicorn.run(
        f"{__name__}:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        limit_concurrency=limits.CONNECTIONS,
        log_config=_logging(uvicorn.config.LOGGING_CONFIG),
    )


def create() -> FastAPI:
    """The application of a worker, as `SIGER_SERVE_FOLDER` says it: for any ASGI server.

    Raises:
        UserError: the variable is not set, or the folder cannot be loaded.
    """
    _installed()
    import torch

    from siger_pipeline.service.app import application
    from siger_pipeline.service.current import Current

    if FOLDER not in os.environ:
        raise UserError(f"{FOLDER} is not set: it names the folder of the recommender")
    torch.set_num_threads(1)  # an answer is too short to share; workers are what uses more cores
    current = Current(Path(os.environ[FOLDER]), index=os.environ.get(INDEX) == "1")
    app = application(current, _seconds(os.environ))
    # What is there now stays: looking through all of it for garbage would hold a request up for a
    # tenth of a second.
    gc.collect()
    gc.freeze()
    return app


def _seconds(environ: Mapping[str, str]) -> float:
    text = environ.get(EVERY, str(USUAL_EVERY))
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UserError(f"{EVERY} is {text!r}, wanted is a number of seconds greater than 0")
    return seconds


def _installed() -> Any:
    """uvicorn, beside FastAPI."""
    try:
        import fastapi  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise UserError(
            f"serving needs {error.name}, which is not installed: pip install "
            "'siger-pipeline[serve]'"
        ) from error
    return uvicorn


def _logging(usual: Mapping[str, Any]) -> dict[str, Any]:
    """The server's own log, with what the service tells of versions."""
    config = copy.deepcopy(dict(usual))
    own = {"handlers": ["default"], "level": "INFO", "propagate": False}
    config["loggers"]["siger_pipeline.service"] = own
    return config
