"""EASE whose items have features besides: their columns act as further users.

EASE is Steck, WWW 2019, arXiv 1905.03375; its matrix RᵀR becomes that of [R; √α Xᵀ]. λ and α are
the best of the search space by Recall@20 on Baby's validation split, and so is text alone.
"""

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.item_weights import ItemWeights
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.item_weights import add_cosines, add_counts, regress
from siger_pipeline.recommenders.ease_text.config import Config as EASEWithTextConfig


class EASEWithText(ItemWeights):
    """ŷ = R B, B = I − P diag(P)⁻¹, P = (RᵀR + α Σ_m X_m X_mᵀ + λ)⁻¹.

    X_m are the features at length 1.
    """

    Config = EASEWithTextConfig
    config: EASEWithTextConfig

    def __init__(
        self, config: EASEWithTextConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        super().__init__(inputs, "ease_text")
        self.config = config

    def fit(self, inputs: ModelInputs, randomness: Randomness) -> None:
        """Compute B."""
        gram_II = self.cleared()
        add_counts(gram_II, inputs.interactions)
        for request in self.config.requests(inputs.modalities):
            add_cosines(gram_II, inputs[request], self.config.alpha)
        regress(gram_II, self.config.ridge, "ease_text.ridge")
