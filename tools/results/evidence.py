"""The figures of a data set that claims may be graded with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from siger_pipeline.data.schema import Split
from siger_pipeline.studies.groups import GROUP
from siger_pipeline.studies.published import PublishedFigures
from siger_pipeline.studies.sums import FUSION
from tools.results.rivals import SIGER
from tools.results.settings import RECALL, alone, chosen_settings, headline, with_corrector
from tools.results.tables import MODELS, TRIALS, is_tidy
from tools.results.verdicts import Figure, MissingError

CALIBRATION = "calibration"  # the study of models with correctors
KEYS = ["trial", "split", "metric", "k"]  # of a figure without a corrector


@dataclass(frozen=True)
class Evidence:
    """Tables of one data set, and what others report of it.

    Attributes:
        dataset: its name.
        studies: name -> table.
        published: figures of the paper and of public runs.
        paper_note: how the data of these differ; empty where they do not.
    """

    dataset: str
    studies: Mapping[str, pd.DataFrame]
    published: PublishedFigures
    paper_note: str = ""

    def study(self, name: str) -> pd.DataFrame:
        """The rows of a study at test that are on the split of the published figures.

        Raises:
            MissingError: it has not run here, or on another split; or no figure here has a
                published one beside it, so that the split of published figures is not known.
        """
        if name not in self.studies:
            raise MissingError(f"no table of the study {name}")
        rows = self.studies[name]
        if not is_tidy(rows):
            raise MissingError(f"{name} is no table of trained models")
        rows = rows[rows["split"] == Split.TEST.value]
        if self.published.paper:
            if not self._splits:
                raise MissingError("no model that has a published figure ran on its split")
            rows = rows[rows["data"].isin(self._splits)]
        if rows.empty:
            raise MissingError(f"the study {name} is on another split than the published figures")
        return rows

    def models(self, metric: str = RECALL) -> dict[str, Figure]:
        """Test figures of the models as they are, by name: of `table1`, or without it of
        `calibration` and single trials.

        Of several settings of a model, validation chooses.

        Args:
            metric: such as `recall@20`.

        Raises:
            MissingError: there are neither, or they are on several splits.
        """
        return _figures(self._models_at_test, "model", metric)

    @cached_property
    def _models_at_test(self) -> pd.DataFrame:
        """The rows of the models as they are."""
        return self._chosen([MODELS] if MODELS in self.studies else [CALIBRATION, TRIALS])

    def tuned(self, model: str) -> Figure:
        """Test recall of a model with the settings that validation chooses, of all that have run.

        `table1` compares all models with those of their environment.

        Raises:
            MissingError: it has not run, or tables are on several splits.
        """
        rows = self._chosen([MODELS, CALIBRATION, TRIALS])
        found = _figures(rows[rows["model"] == model], "model")
        if model not in found:
            raise MissingError(f"{model} has not run")
        return found[model]

    def _chosen(self, tables: Sequence[str]) -> pd.DataFrame:
        """The rows at test of each model's best settings in some tables, those that there are."""
        names = [name for name in tables if name in self.studies] or [TRIALS]
        rows = pd.concat([alone(self._whole(name)) for name in names])
        rows = chosen_settings(rows.drop_duplicates(KEYS))
        return rows[rows["split"] == Split.TEST.value]

    def calibrated(self, corrector: str, split: Split = Split.TEST) -> dict[str, Figure]:
        """Recall of the models as they are with a corrector, by name.

        Of several settings, validation with the corrector chooses.

        Args:
            corrector: name.
            split: of the figures.

        Raises:
            MissingError: a table is on another split than the published figures, or on several.
        """
        found: dict[str, Figure] = {}
        for name in self._with_correctors():
            rows = chosen_settings(with_corrector(self._whole(name), corrector))
            found = _figures(rows[rows["split"] == split.value], "model") | found
        return found

    def correctors(self) -> list[str]:
        """Those that models were calibrated by."""
        tables = (self.studies[name] for name in self._with_correctors())
        return sorted({by for rows in tables for by in rows["corrector"].dropna()})

    def _with_correctors(self) -> list[str]:
        """Tables of models as they are, in which the first one that has a model counts."""
        names = (CALIBRATION, MODELS, TRIALS)
        return [name for name in names if "corrector" in self.studies.get(name, ())]

    def fusions(self) -> dict[str, Figure]:
        """Test recall of sums of trials, by what was added up; of all tables, one sum each."""
        found: dict[str, Figure] = {}
        for name, rows in self.studies.items():
            if is_tidy(rows) and (rows["model"] == FUSION).any():
                fused = self.study(name)
                fused = fused[fused["model"] == FUSION]
                sums = _figures(fused, "variant")
                # A sum has no seed of its own; that of its trials is one.
                found |= {of: replace(each, seeds=1) for of, each in sums.items()}
        return found

    def variant(self, study: str, variant: str, model: str = SIGER) -> Figure:
        """Test recall of a model under a variant of a study.

        Args:
            study: name.
            variant: the study's name for it.
            model: name.

        Raises:
            MissingError: there is none.
        """
        rows = self.study(study)
        rows = rows[(rows["model"] == model) & (rows["variant"] == variant)]
        found = _figures(rows[rows[GROUP].isna()] if GROUP in rows else rows, "variant")
        if variant not in found:
            where = "among single trials" if study == TRIALS else f"in the study {study}"
            raise MissingError(f"no {RECALL} of {variant} {where}")
        return found[variant]

    def group(self, study: str, variant: str, group: str) -> dict[str, Figure]:
        """Test recall of a group of users or items, by model.

        The split is that of the variant, which need not be that of the published figures.

        Args:
            study: name.
            variant: the study's name for it.
            group: such as `user_activity Q1`.

        Raises:
            MissingError: there are no such rows, or they are on several splits.
        """
        if study not in self.studies or GROUP not in self.studies[study]:
            raise MissingError(f"no table of the study {study} with groups")
        rows = self.studies[study]
        rows = rows[(rows["variant"] == variant) & (rows[GROUP] == group)]
        rows = rows[rows["split"] == Split.TEST.value]
        if rows.empty or rows["data"].nunique() > 1:
            raise MissingError(f"{study} has no {group} under {variant!r} on one split")
        return _figures(rows, "model")

    def _whole(self, name: str) -> pd.DataFrame:
        """A study's rows at test and validation, on one split."""
        test = self.study(name)
        test = test[test[GROUP].isna()] if GROUP in test else test
        splits = set(test["data"])
        if len(splits) > 1:
            raise MissingError(f"the trials of {name} are on {len(splits)} splits")
        rows = self.studies[name]
        rows = rows[rows["data"].isin(splits) & (rows["model"] != FUSION)]
        return rows[rows[GROUP].isna()] if GROUP in rows else rows

    @cached_property
    def _splits(self) -> set[str]:
        """Fingerprints of the split that the published figures are of."""
        tables = [rows for rows in self.studies.values() if is_tidy(rows)]
        return {data for rows in tables for data in rows.loc[rows["paper"].notna(), "data"]}


def _figures(rows: pd.DataFrame, column: str, metric: str = RECALL) -> dict[str, Figure]:
    """The means over seeds, by the values of a column; none where nothing was measured.

    Raises:
        MissingError: those of one value are on several splits.
    """
    rows = headline(rows, metric).dropna(subset=["value"])
    found = {}
    for name, of in rows.groupby(column, sort=False)[["value", "seed", "data"]]:
        if len(set(of["data"])) > 1:
            raise MissingError(f"{name} is on several splits")
        values = of["value"].to_numpy(float)
        deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        seeds = int(of["seed"].nunique())
        found[str(name)] = Figure(str(name), float(values.mean()), deviation, seeds)
    return found
