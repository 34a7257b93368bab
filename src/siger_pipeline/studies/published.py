"""Published figures by the models and variants of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from siger_pipeline.reporting.paper import Published, letters, name_in_paper
from siger_pipeline.studies.grid import BASE

# Parameters that the paper's figures vary (SIGER, Figures 4 and 5) -> its symbols.
SYMBOLS = {"cooccurrence_k": "K", "item_layers": "L"}
# Blocks by which a trial is on other data, or measured otherwise, than the published figures.
ELSEWHERE = ("ingest", "split", "evaluate")


@dataclass(frozen=True)
class PublishedFigures:
    """Figures of others on a data set.

    Attributes:
        paper: the paper's, by its name for a model or a variant, such as `SIGER/EISG`.
        public: all that are public, by model.
    """

    paper: Published = field(default_factory=dict)
    public: Mapping[str, Mapping[str, Sequence[float]]] = field(default_factory=dict)

    def of(self, model: str, variant: str, metric: str) -> dict[str, float | None]:
        """`paper`, `public_low` and `public_high` of a metric at test; null where none is known.

        Args:
            model: registered name.
            variant: empty, `as configured` or the model's own name for the model as it is; `−EISG`
                for one without a component; any other stands in brackets in the paper's names, such
                as `K=2`, which may be called by the parameter, `siger.cooccurrence_k=2`.
            metric: such as `recall@20`.
        """
        name = name_in_paper(model, self.paper)
        figures = self.paper.get(f"{name}{_variant(model, variant)}", {}) if name else {}
        public: list[float] = []
        if not _variant(model, variant):
            other = name_in_paper(model, self.public)
            public = [*self.public.get(other or "", {}).get(metric, ())]
            public += [figures[metric]] if metric in figures else []
        low, high = (min(public), max(public)) if public else (None, None)
        return {"paper": figures.get(metric), "public_low": low, "public_high": high}


def is_comparable(overrides: Mapping[str, object]) -> bool:
    """Whether a trial is on the data set's own split, measured as the environment says.

    Args:
        overrides: dotted key -> value, of its provenance.
    """
    return not any(key.partition(".")[0] in ELSEWHERE for key in overrides)


def _variant(model: str, variant: str) -> str:
    """A variant as it follows a model's name in the paper's names; empty for none."""
    if variant in ("", BASE) or letters(variant) == letters(model):
        return ""
    if variant[0] in "−-":
        return f"/{variant[1:]}"
    key, _, value = variant.partition("=")
    symbol = SYMBOLS.get(key.removeprefix(f"{model}."), key)
    return f"[{symbol}={value}]" if value else f"[{variant}]"
