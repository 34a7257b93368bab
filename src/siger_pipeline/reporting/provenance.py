"""Where the figures of a run come from: data, parameters, versions, device, threads."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from siger_pipeline.data.fingerprint import fingerprint_of_rows
from siger_pipeline.data.schema import Columns, Split
from siger_pipeline.reporting.fingerprints import matrix_fingerprint
from siger_pipeline.reporting.made_from import extractors_named, made_from
from siger_pipeline.requests import Request

PACKAGES = (
    "siger-pipeline",
    "torch",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "pyarrow",
    "ibis-framework",
    "duckdb",
    "kedro",
    "kedro-datasets",
    # Behind encoders.
    "sentence-transformers",
    "transformers",
    "tokenizers",
)
NO_FEATURES: dict[str, Any] = {"modalities": {}, "missing": "zero"}


@dataclass(frozen=True)
class Run:
    """What a run was asked to do.

    Attributes:
        model: registered name.
        trial: its `name`, the `overrides` that it is named after, and the name of its `floors`.
        device: where it ran.
        threads: of the CPU that trained the model; several where a resumed training changed it.
        requests: of the model.
        parameters: block -> values, as the catalog has them, of the blocks that figures depend on;
            `features` among them if the model reads item features, or graphs made of them.
        matrices: `features` by modality and `graphs` by name, of all that the model is made from.
    """

    model: str
    device: str
    threads: Sequence[int]
    trial: Mapping[str, Any]
    parameters: Mapping[str, Any]
    requests: Sequence[Request]
    matrices: Mapping[str, Mapping[str, Any]]


def provenance(
    run: Run,
    splits: pd.DataFrame,
    n_users: int,
    n_items: int,
    *,
    pictures: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """All that the figures of a run depend on, as JSON has values.

    Args:
        run: model, device, threads and parameters.
        splits: columns user_id, item_id, split; one row a pair.
        n_users: U.
        n_items: I.
        pictures: items by what became of the addresses of their pictures, where any were fetched.

    Returns:
        `trial`, `overrides`, `floors`, `model`, `dataset`, `data` (fingerprint, counts), `split`,
        `features` (modality -> extractor, of a model that uses them), `features_note`, `pictures`
        where any were fetched, `seed`,
        `device`, `threads`, `parameters`, `made_from` (see `reporting.made_from`), `fingerprints`
        of features and graphs, `dimensions` of features, `versions`.
    """
    values = {name: _as_json(value) for name, value in run.parameters.items()}
    data = _of_data(splits, n_users, n_items)
    features = extractors_named(values.get("features", NO_FEATURES))
    return {
        "trial": run.trial["name"],
        "overrides": dict(run.trial["overrides"]),
        "floors": run.trial["floors"],
        "model": run.model,
        "dataset": values["dataset"],
        "data": data,
        "split": values["split"],
        "features": features,
        "features_note": values["report"]["features_note"] if features else "",
        **({"pictures": dict(pictures)} if pictures else {}),
        "seed": values["train"].get("seed"),
        "device": run.device,
        "threads": list(run.threads),
        "parameters": values,
        "made_from": made_from(
            run.requests,
            values["ingest"],
            values["split"],
            values.get("features", NO_FEATURES),
            data["fingerprint"],
        ),
        "fingerprints": _fingerprints(run.matrices),
        "dimensions": {
            modality: int(matrix.shape[1])
            for modality, matrix in run.matrices.get("features", {}).items()
        },
        "versions": library_versions(),
    }


def corrector_provenance(
    features: Mapping[str, str], device: str, matrices: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """What the scores of a corrector depend on beside data and parameters, as JSON has values.

    Args:
        features: modality -> extractor, of those that it reads.
        device: where it was fitted.
        matrices: as of `Run`.

    Returns:
        `features`, `device`, `fingerprints`, `versions`, as of `provenance`.
    """
    return {
        "features": dict(features),
        "device": device,
        "fingerprints": _fingerprints(matrices),
        "versions": library_versions(),
    }


def _fingerprints(matrices: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    return {
        kind: {name: matrix_fingerprint(matrix) for name, matrix in of_kind.items()}
        for kind, of_kind in matrices.items()
    }


def _of_data(splits: pd.DataFrame, n_users: int, n_items: int) -> dict[str, Any]:
    return {
        "fingerprint": data_fingerprint(splits),
        "users": n_users,
        "items": n_items,
        "interactions": len(splits),
        **{split.value: int((splits[Columns.SPLIT] == split.value).sum()) for split in Split},
    }


def data_fingerprint(splits: pd.DataFrame) -> str:
    """`fingerprint_of_rows` of the split interactions, whatever order their rows are in.

    Args:
        splits: columns user_id, item_id, split.
    """
    names = [split.value for split in Split]
    user, item = (splits[name].to_numpy() for name in (Columns.USER_ID, Columns.ITEM_ID))
    split = pd.Categorical(splits[Columns.SPLIT], categories=names).codes
    order = np.lexsort((split, item, user))
    return fingerprint_of_rows(user[order], item[order], split[order])


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that figures may depend on."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def _as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {str(key): _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    return value
