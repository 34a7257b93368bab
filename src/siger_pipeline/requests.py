"""What models and graph recipes ask for: the features of a modality, or a graph by its recipe.

A request is a value: two that are equal stand for the same matrix, which is made once. Models and
graphs both make requests, so that this module imports neither.
"""

from __future__ import annotations

from typing import Any, NamedTuple

FEATURES = "features"  # no recipe of a graph has this name

MODALITIES = ("modality", "modalities")  # parameters that a name gives without their own names

Value = bool | int | float | str | tuple[str, ...]


class Request(NamedTuple):
    """A matrix, by what it is made by.

    Attributes:
        recipe: name of the graph recipe, or `features`.
        parameters: of the recipe, name and value, in the order of their names.
    """

    recipe: str
    parameters: tuple[tuple[str, Value], ...] = ()

    @property
    def name(self) -> str:
        """A readable name for files and nodes, such as `knn-text-k10`; of `\\w` and `-` only.

        Modalities follow the recipe; then each parameter with its value. Numbers are written as
        0p5 (0.5), 1em05 (1e-05) and m3 (−3).
        """
        modalities = [_spelt(v) for k, v in self.parameters if k in MODALITIES]
        others = [
            f"{key}-{_spelt(value)}" if isinstance(value, str | tuple) else f"{key}{_spelt(value)}"
            for key, value in self.parameters
            if key not in MODALITIES
        ]
        return "-".join([self.recipe, *modalities, *others])

    @property
    def modality(self) -> str | None:
        """The modality whose features are requested; None for a graph."""
        return str(dict(self.parameters)["modality"]) if self.recipe == FEATURES else None


def features(modality: str) -> Request:
    """The raw features of a modality, float32 [I, d_m]."""
    return Request(FEATURES, (("modality", modality),))


def graph(recipe: str, **parameters: Any) -> Request:
    """A graph, by the name of its recipe and the parameters that differ from the defaults."""
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in parameters.items()}
    return Request(recipe, tuple(sorted(values.items())))


def _spelt(value: Value) -> str:
    if isinstance(value, tuple):
        return "-".join(map(_spelt, value))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, float | int):
        return text.replace("-", "m").replace("+", "").replace(".", "p")
    return text
