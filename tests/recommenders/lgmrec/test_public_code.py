"""LGMRec against its public code, with the same noise and dropout."""

from pathlib import Path

from contracts.world import trained_model
from recommenders.public_code import check, set_weights, tiny_batch, tiny_world
from siger_pipeline.models.randomness import Randomness


def test_terms_and_gradients_are_those_of_mmrec() -> None:
    model = trained_model("lgmrec", tiny_world())
    set_weights(model)
    check(Path(__file__).parent, model.loss(tiny_batch(), Randomness.seeded(3)), model)
