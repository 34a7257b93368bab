"""The registry of feature extractors: the door for new ones, neural encoders among them.

A new extractor is a module with a function as below, a block of parameters in `FeaturesConfig`
under its name (with values in parameters_features.yml), and a line here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from siger_pipeline.features import matrix, text, visual
from siger_pipeline.features.align import Features


@dataclass(frozen=True)
class Extractor:
    """How the features of a modality are made.

    Attributes:
        extract: (item index, the extractor's parameters, its sources …) -> features [I, d], and
            a mask [I] of items that have none.
        sources: what it reads besides the item index, by catalog names; `{modality}` stands for
            the name of the modality.
    """

    extract: Callable[..., Features]
    sources: tuple[str, ...]

    def sources_of(self, modality: str) -> list[str]:
        """The catalog names of what it reads for this modality."""
        return [source.format(modality=modality) for source in self.sources]


EXTRACTORS = {
    "tfidf_svd": Extractor(text.extract, ("items",)),
    "picture": Extractor(visual.extract, ("images",)),
    "matrix": Extractor(matrix.extract, ("items", "raw_{modality}")),
}
