"""The registry of feature extractors: the door for new ones, neural encoders among them.

A new extractor is a module with a function as below, a block of parameters in `FeaturesConfig`
under its name (with values in parameters_features.yml), and a line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siger_pipeline.features.align import Extracted


@dataclass(frozen=True)
class Extractor:
    """How the features of a modality are made.

    Attributes:
        function: module and name of (item index, the extractor's parameters, its sources …) ->
            features [I, d], a mask [I] of items that have none, remarks on these for the log.
            Imported when it is loaded.
        sources: what it reads besides the item index, by catalog names; `{modality}` stands for
            the name of the modality.
    """

    function: str
    sources: tuple[str, ...]

    @property
    def module(self) -> str:
        """The full name of the function's module."""
        return self.function.partition(":")[0]

    def load(self) -> Callable[..., Extracted]:
        """The function."""
        loaded: Callable[..., Extracted] = getattr(
            import_module(self.module), self.function.partition(":")[2]
        )
        return loaded

    def sources_of(self, modality: str) -> list[str]:
        """The catalog names of what it reads for this modality."""
        return [source.format(modality=modality) for source in self.sources]


EXTRACTORS = {
    "tfidf_svd": Extractor("siger_pipeline.features.text:extract", ("items",)),
    "picture": Extractor("siger_pipeline.features.visual:extract", ("images",)),
    "matrix": Extractor("siger_pipeline.features.matrix:extract", ("items", "raw_{modality}")),
}
