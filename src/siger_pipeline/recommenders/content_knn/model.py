"""Content kNN: the items that look, or read, like those that a user has. A floor of features."""

from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.neighbourhood import Neighbourhood
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.sparse import canonical
from siger_pipeline.recommenders.content_knn.config import Config as ContentKNNConfig


class ContentKNN(Neighbourhood):
    """ŷ_uj = Σ_{i ∈ N_u} Σ_m w_m S^m_ij, S^m_ij the cosine where j is among the nearest of i.

    Modalities are added: an item near in two of them counts twice. An item is no neighbour of
    itself here, so that one without features speaks for nothing.
    """

    Config = ContentKNNConfig
    config: ContentKNNConfig

    def __init__(
        self, config: ContentKNNConfig, inputs: ModelInputs, randomness: Randomness
    ) -> None:
        weighted = config.weighted(inputs.modalities)
        total = sum(weight * inputs[config.near(m)] for m, weight in weighted.items())
        total.setdiag(0)
        super().__init__(inputs.interactions, canonical(total))
        self.config = config
