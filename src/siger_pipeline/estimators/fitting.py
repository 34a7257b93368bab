"""A fitted recommender from matrices: what the stages graphs, train and export do, in memory."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pandas as pd

from siger_pipeline.data.matrix import by_split
from siger_pipeline.errors import ParameterError
from siger_pipeline.estimators.dataset import FitData
from siger_pipeline.estimators.settings import Settings
from siger_pipeline.graphs.made import made
from siger_pipeline.graphs.registry import features_behind, features_of, graphs_of
from siger_pipeline.models.config import ModelConfig
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.recommender import config_values
from siger_pipeline.models.registry import is_closed_form, requests_of
from siger_pipeline.requests import Request
from siger_pipeline.serving.parts import Parts, parts_of
from siger_pipeline.training.closed_form import fit_model
from siger_pipeline.training.device import resolve_device
from siger_pipeline.training.progress import Progress
from siger_pipeline.training.start import start_training

LOG = logging.getLogger(__name__)


def fitted(
    model: str, settings: Settings, data: FitData, card: Mapping[str, Any]
) -> tuple[Parts, pd.DataFrame]:
    """The parts of a trained model, and the history of its training.

    Args:
        model: its registered name.
        settings: of the model and of its training.
        data: what it learns from.
        card: what is to be said of it, JSON values.

    Raises:
        UserError: features that the model needs are not there, or training cannot go on.
    """
    requests = _requests(model, settings.config, data)
    matrices = made(requests, data.train, data.features)
    inputs = ModelInputs(data.train, features_of(requests), matrices)
    progress = _trained(model, settings, inputs, data)
    parts = parts_of(
        progress.best,
        inputs,
        data.users,
        data.items,
        (data.train + data.validation).tocsr(),
        card=card,
        behind={m: data.features[m].matrix for m in features_behind(requests)},
        device=str(resolve_device(settings.train.device)),
    )
    return parts, progress.history.copy()


def _requests(model: str, config: ModelConfig, data: FitData) -> tuple[Request, ...]:
    """What the model is built from, of the modalities that there are."""
    name, modalities = config.recommender, list(data.features)
    if len(modalities) < config.fewest_modalities:
        raise ParameterError(
            f"{name} needs features of at least {config.fewest_modalities} modality, and "
            f'{len(modalities)} are given: fit(…, features={{"text": array [items, dimensions]}})'
        )
    config.check_modalities(name, modalities)
    requests = requests_of(model, config_values(config), modalities)
    graphs_of(requests)
    if unread := sorted({*modalities} - {*features_of(requests)}):
        LOG.info("%s reads no features of %s.", name, ", ".join(unread))
    return requests


def _trained(model: str, settings: Settings, inputs: ModelInputs, data: FitData) -> Progress:
    """What the last epoch of a training leaves; each epoch is logged."""
    config, train = config_values(settings.config), settings.train
    if is_closed_form(model):
        return fit_model(model, config, train.seed, train.device, inputs)
    matrices = by_split(data.train, data.validation)
    progress: Progress | None = None
    for progress in start_training(model, config, train, inputs, matrices):
        epoch = progress.history.iloc[-1]
        LOG.info(
            "%s, epoch %d: loss %.4f, %s %.4f%s",
            settings.config.recommender,
            epoch["epoch"],
            epoch["loss"],
            train.monitor,
            epoch[train.monitor],
            ", the best so far" if epoch["best"] else "",
        )
    assert progress is not None  # there is one epoch at least
    return progress
