"""SIGER as a Kedro project: from raw files to ranked lists; and each recommender for programs.

    from siger_pipeline import SIGER, LightGCN, EASE

The names are those of the recommenders' classes, plug-ins included; see `estimators.estimator`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from kedro_fresh.loaded import watch
from siger_pipeline.threads import wait_briefly

if TYPE_CHECKING:
    # For editors and type checkers, which do not run `__getattr__`; a test compares the names.
    from siger_pipeline.estimators.estimator import Estimator

    class BM3(Estimator): ...

    class ContentKNN(Estimator): ...

    class DAMRS(Estimator): ...

    class EASE(Estimator): ...

    class EASEWithText(Estimator): ...

    class FREEDOM(Estimator): ...

    class ItemKNN(Estimator): ...

    class LATTICE(Estimator): ...

    class LGMRec(Estimator): ...

    class LightGCN(Estimator): ...

    class MFBPR(Estimator): ...

    class MGCN(Estimator): ...

    class MIGGT(Estimator): ...

    class Popularity(Estimator): ...

    class Random(Estimator): ...

    class SIGER(Estimator): ...

    class SLMRec(Estimator): ...

    class VBPR(Estimator): ...


__version__ = "0.1.0"
# As a text that is put together: what no node asks for is no code of a node.
_ESTIMATORS = f"{__name__}.estimators.names"

watch(__name__)
wait_briefly()  # before any module of the package imports PyTorch


def __getattr__(name: str) -> "type[Estimator]":
    """The estimator of a recommender's class, such as `SIGER`: made when it is asked for."""
    if not name[:1].isupper():  # a module, which Python looks for here first
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from siger_pipeline.errors import ParameterError

    try:
        found: type[Estimator] = import_module(_ESTIMATORS).estimator_named(name)
    except ParameterError as error:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}: {error}") from error
    return found


def __dir__() -> list[str]:
    """The module's own names, and the estimators'."""
    return sorted({*globals(), *import_module(_ESTIMATORS).estimator_names()})
