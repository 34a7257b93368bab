"""EASE: Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, arXiv 1905.03375.

The weights are those of its closed form, computed in float32. λ is the best of the search space by
Recall@20 on Baby's validation split.
"""

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.item_weights import ItemWeights
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.item_weights import add_counts, regress
from siger_pipeline.recommenders.ease.config import Config as EASEConfig


class EASE(ItemWeights):
    """ŷ = R B with B = I − P diag(P)⁻¹ and P = (RᵀR + λ)⁻¹: no item speaks for itself."""

    Config = EASEConfig
    config: EASEConfig

    def __init__(self, config: EASEConfig, inputs: ModelInputs, randomness: Randomness) -> None:
        super().__init__(inputs, "ease")
        self.config = config

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Compute B."""
        gram_II = self.cleared()
        add_counts(gram_II, inputs.interactions)
        regress(gram_II, self.config.ridge, "ease.ridge")
