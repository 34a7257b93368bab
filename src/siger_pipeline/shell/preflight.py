"""What would stop a run in the midst of it and can be known before its first node."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh.checks import Later
from kedro_fresh.extra import extra_modules
from kedro_fresh.locations import locations
from siger_pipeline.datasets.base import AtomicDataset
from siger_pipeline.datasets.database_table import DatabaseTableDataset
from siger_pipeline.errors import InputError
from siger_pipeline.features.extractor import load_extractor
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.registry import model_class, model_config, model_names
from siger_pipeline.pipelines.names import TRAIN_MATRIX
from siger_pipeline.plugins import EXTRACTORS, RECOMMENDERS, name_from_elsewhere, names

TRAINING = re.compile(r"params:[\w-]+/train(\.device)?")  # read by nodes that use a device
EXTRACTION = re.compile(r"params:(?:[\w-]+/)?features\.(\w+)")  # a block, where an extractor's
MODEL = re.compile(r"params:(?:[\w-]+/)?([\w-]+)")  # where the name is a model's
LISTED = 3  # versions, the newest


def check_before_run(nodes: Iterable[Node], catalog: DataCatalog) -> dict[str, Later]:
    """Look for what nodes will need.

    Args:
        nodes: that are going to run.
        catalog: of the run.

    Returns:
        What is to be looked for once a dataset is there: the size of models.

    Raises:
        UserError: a version that was asked for is not there, nor are files that no node makes; or
            there is no CUDA device where one is asked for; or the class of a model of another
            package cannot be imported; or an extractor lacks what it needs.
    """
    chosen = list(nodes)
    _check_versions(catalog)
    _check_files(Pipeline(chosen).inputs(), catalog)
    _check_device(chosen, catalog)
    _check_plugins(chosen)
    _check_extractors(chosen, catalog)
    return _sizes(chosen)


def _check_versions(catalog: DataCatalog) -> None:
    for name, place in locations(catalog, catalog.to_config()[2]).items():
        asked, file = place.load_version, place.at(place.load_version)
        if asked and file and not file.exists():
            assert place.path is not None
            there = sorted(found.parent.name for found in place.path.glob(f"*/{place.path.name}"))
            newest = ", ".join(there[-LISTED:]) or "none"
            raise InputError(
                f"--load-versions {name}:{asked}: {name} has no such version; it has {len(there)}, "
                f"the newest: {newest}"
            )


def _check_files(names: Iterable[str], catalog: DataCatalog) -> None:
    """All files that are missing at once, not one in each run."""
    datasets = [catalog.get(name) for name in sorted(names)]
    kinds = AtomicDataset | DatabaseTableDataset
    told = [found.why_missing() for found in datasets if isinstance(found, kinds)]
    if missing := [sentence for sentence in told if sentence]:
        raise InputError("\n".join(dict.fromkeys(missing)))


def _check_device(nodes: list[Node], catalog: DataCatalog) -> None:
    settings = [
        found[0] for node in nodes for name in node.inputs if (found := TRAINING.fullmatch(name))
    ]
    wanted = {catalog.load(f"{name.removesuffix('.device')}.device") for name in settings}
    if "cuda" in wanted:  # else PyTorch, which takes seconds to import, is not asked
        from siger_pipeline.training.device import resolve_device

        resolve_device("cuda")


def _check_plugins(nodes: list[Node]) -> None:
    """The class of a plug-in's model is there: else it would be missed after hours of other nodes.

    Those of this package are tested, and PyTorch takes a second to import.
    """
    for module in sorted({module for node in nodes for module in extra_modules(node.func)}):
        if name := name_from_elsewhere(RECOMMENDERS, module.removesuffix(".model")):
            model_class(name)


def _check_extractors(nodes: list[Node], catalog: DataCatalog) -> None:
    """The packages and devices of encoders are there."""
    blocks = {
        name: found[1]
        for node in nodes
        for name in node.inputs
        if (found := EXTRACTION.fullmatch(name)) and found[1] in names(EXTRACTORS)
    }
    for name, of in blocks.items():
        extractor = load_extractor(of)
        if extractor.check:
            extractor.check(extractor.config.model_validate(catalog.load(name)))


def _sizes(nodes: list[Node]) -> dict[str, Later]:
    """Training interactions -> a check of models that are made of them and may be too large.

    A corrector's node would say so only after the training.
    """
    models: dict[str, dict[str, str]] = defaultdict(dict)
    for node in nodes:
        matrices = [name for name in node.inputs if name.rpartition("/")[2] == TRAIN_MATRIX]
        blocks = {name: found[1] for name in node.inputs if (found := MODEL.fullmatch(name))}
        of_models = {name: model for name, model in blocks.items() if _is_bounded(model)}
        for matrix in matrices if of_models else ():
            models[matrix] |= of_models
    return {matrix: partial(_check_sizes, matrix, blocks) for matrix, blocks in models.items()}


def _is_bounded(name: str) -> bool:
    known = name in model_names()
    return known and model_config(name).check_size is not ModelConfig.check_size


def _check_sizes(matrix: str, blocks: dict[str, str], catalog: DataCatalog) -> None:
    n_items = catalog.load(matrix).shape[1]
    for block, model in blocks.items():
        model_config(model)(**catalog.load(block)).check_size(model, n_items)
