"""What all estimators have in common: settings, fit and load.

Nothing that is heavy is imported before it is used: `import siger_pipeline` takes a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from siger_pipeline.errors import InputError
from siger_pipeline.estimators.answers import Answers
from siger_pipeline.estimators.settings import default_settings, settings_of

if TYPE_CHECKING:
    import pandas as pd

    from siger_pipeline.serving.parts import Parts

SETTINGS = "settings"  # of the card of a folder


class Estimator(Answers):
    """A recommender that is fitted on a program's own data: SIGER, LightGCN, EASE, …

    Its settings are the model's hyperparameters, those of training (`seed`, `max_epochs`,
    `device`, …; of a model that is computed at once, few), `threads` and `missing`. A setting that
    is left out has the model's published value, else the default of the pipeline.

        >>> from siger_pipeline import EASE
        >>> from scipy import sparse
        >>> interactions = sparse.csr_matrix([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 1]])
        >>> EASE(ridge=1.0).fit(interactions).recommend([0], k=1)[["user", "item"]].values.tolist()
        [['0', '2']]

    Attributes:
        model: registered name of the model.
    """

    model: ClassVar[str]

    def __init__(self, **settings: Any) -> None:
        """Take settings by name; nothing is computed.

        Raises:
            ParameterError: a setting that the model has not, or a value that it cannot be.
        """
        settings_of(self.model, settings)
        self._given = settings
        self._history: pd.DataFrame | None = None

    def __repr__(self) -> str:
        defaults = default_settings(self.model)
        changed = [f"{k}={value!r}" for k, value in self._given.items() if value != defaults[k]]
        return f"{type(self).__name__}({', '.join(changed)})"

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All settings by name, as scikit-learn's tools ask for them."""
        return {**default_settings(self.model), **self._given}

    def set_params(self, **settings: Any) -> Self:
        """Change settings; they count from the next fit on.

        Raises:
            ParameterError: as `__init__`.
        """
        given = {**self._given, **settings}
        settings_of(self.model, given)
        self._given = given
        return self

    def fit(
        self,
        interactions: Any,
        features: Mapping[str, Any] | None = None,
        validation: Any = None,
        titles: Mapping[Any, str] | pd.Series | None = None,
    ) -> Self:
        """Learn from interactions and features: the same bytes as the pipeline's stages make.

        Without `validation`, a tenth of each user's interactions is held out, the latest where
        there are times, else random ones by `seed`: a model that is trained by epochs stops by
        them. One that is computed at once learns from all. How training goes is logged by
        `siger_pipeline`.

        Args:
            interactions: SciPy's sparse matrix [U, I], positive where the user has the item; or a
                data frame (pandas, Polars, Arrow) with columns user, item and perhaps time, a row
                an interaction. Ids are texts or whole numbers, and texts from here on; those of a
                matrix are its row and column numbers.
            features: name of a modality -> array [I, d], row n for column n of the matrix; or, by
                item id, a data frame or series (of vectors) with the ids as its index, or a pair
                (ids [n], array [n, d]). Items without a row, or with one of zeros, have none.
            validation: interactions of the same kind that training stops by; a matrix has the same
                shape. Nothing is learned from them.
            titles: item id -> title, a dict or a series: they stand beside recommendations.

        Returns:
            The estimator itself.

        Raises:
            UserError: what is given cannot be learned from; it names what was found and is wanted.
                An earlier fit is kept.
        """
        from siger_pipeline.estimators.dataset import fit_data
        from siger_pipeline.estimators.fitting import fitted
        from siger_pipeline.models.registry import is_closed_form
        from siger_pipeline.serving.recommender import FittedRecommender
        from siger_pipeline.threads import use_threads

        settings = settings_of(self.model, self._given)
        if settings.fit.threads != "auto":
            use_threads(settings.fit.threads)
        data = fit_data(
            interactions,
            features,
            validation,
            titles,
            holds_out=not is_closed_form(self.model),
            seed=settings.train.seed,
            missing=settings.fit.missing,
        )
        parts, history = fitted(self.model, settings, data, {SETTINGS: self._as_json()})
        self._recommender, self._history = FittedRecommender(parts), history
        return self

    @property
    def history(self) -> pd.DataFrame:
        """A row an epoch: `epoch` (from 1), `loss`, the metrics on validation, `best`.

        It is empty for a model that is computed at once, and for one that was loaded.

        Raises:
            NotFittedError: there is none yet.
        """
        import pandas as pd

        assert self.recommender
        return pd.DataFrame() if self._history is None else self._history

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """The estimator of a folder that `save`, or a run of the pipeline, left.

        Raises:
            UserError: no such folder, a damaged one, or one of another model.
        """
        from siger_pipeline.serving.recommender import load

        recommender = load(folder)
        parts = recommender.parts
        if parts.checkpoint["model"] != cls.model:
            raise InputError(
                f"{folder} holds model {parts.checkpoint['model']!r}, and {cls.__name__} is "
                f"{cls.model!r}: load it by the class of its model"
            )
        loaded = cls(**_settings_in(parts))
        loaded._recommender = recommender
        return loaded

    def _as_json(self) -> dict[str, Any]:
        settings = settings_of(self.model, self._given)
        parts = (settings.config, settings.train, settings.fit)
        values = {k: v for part in parts for k, v in part.model_dump(mode="json").items()}
        return {name: values[name] for name in default_settings(self.model)}


def _settings_in(parts: Parts) -> Mapping[str, Any]:
    """The settings of a folder: those of an estimator, or what a run of the pipeline notes."""
    if SETTINGS in parts.card:
        own: Mapping[str, Any] = parts.card[SETTINGS]
        return own
    run = parts.card.get("provenance", {}).get("parameters", {})
    features = {k: v for k, v in run.get("features", {}).items() if k == "missing"}
    return {**parts.checkpoint["config"], **run.get("train", {}), **features}
