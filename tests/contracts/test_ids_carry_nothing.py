"""Other names for users and items change nothing but names, for every model.

Initial weights, batches, negatives and noise follow their users and items, since all of them come
from `Randomness`. The graphs of the small world have no ties (which go to the smaller index).
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch

from contracts.plugged_in import awkward_models
from contracts.renaming import RenamedRandomness, Renaming, inverse
from contracts.world import (
    EVERY,
    config_of,
    inputs_of,
    small_world,
    train_config_of,
    withheld,
)
from siger_pipeline.evaluation.ranking import rank
from siger_pipeline.graphs.registry import graphs_of
from siger_pipeline.models.inputs import ModelInputs
from siger_pipeline.models.randomness import Ids, Randomness, all_items, all_users, edges, some
from siger_pipeline.models.recommender import ClosedForm, Recommender
from siger_pipeline.models.registry import build
from siger_pipeline.requests import features
from siger_pipeline.training.checkpoint import Streams
from siger_pipeline.training.trainer import Training
from siger_pipeline.training.validation import validation

with awkward_models():
    INPUTS = small_world()
NAMES = Renaming.drawn(INPUTS.n_users, INPUTS.n_items)


def renamed_inputs() -> ModelInputs:
    interactions = NAMES.rows_and_columns(INPUTS.interactions).toarray()
    of_items = {m: INPUTS[features(m)][NAMES.items.numpy()] for m in INPUTS.modalities}
    return inputs_of(interactions, of_items, neighbours=INPUTS.n_items)


def renamed_stream(seed: int) -> Randomness:
    return RenamedRandomness(torch.Generator().manual_seed(seed), NAMES)


def computed(
    name: str, inputs: ModelInputs, stream: Callable[[int], Randomness]
) -> tuple[Recommender, pd.DataFrame]:
    """The model after its training, or its fit, and its history."""
    model, randomness = (
        build(name, config_of(name), inputs, stream(1)),
        Streams(stream(2), stream(3)),
    )
    if isinstance(model, ClosedForm):
        model.fit(inputs, randomness.batches)
        return model.eval(), pd.DataFrame({"epoch": []})
    config = train_config_of(name, max_epochs=3)
    batches = model.batches(inputs.interactions, config.batch_size)
    held_out = withheld(inputs.interactions)
    validate = validation(held_out, config, torch.device("cpu"))
    *_, last = Training(name, model, batches, validate, randomness, config).epochs()
    return model.eval(), last.history


def test_graphs_are_renamed_along() -> None:
    other, order = renamed_inputs(), NAMES.items.numpy()
    item_graphs = [g.request for g in graphs_of(INPUTS.matrices) if g.config.joins_items]
    assert item_graphs
    for request in item_graphs:
        expected = INPUTS[request].toarray()[order][:, order]
        np.testing.assert_allclose(other[request].toarray(), expected, rtol=1e-5)


@pytest.mark.parametrize("name", EVERY)
def test_scores_losses_and_lists_are_the_same_under_other_names(name: str) -> None:
    model, history = computed(name, INPUTS, Randomness.seeded)
    other, other_history = computed(name, renamed_inputs(), renamed_stream)
    scores, other_scores = (m.score(torch.arange(INPUTS.n_users)) for m in (model, other))
    expected = scores[NAMES.users][:, NAMES.items]
    # Sums in another order round differently, and Adam's first steps enlarge that.
    atol = 1e-4 * float(scores.std())
    torch.testing.assert_close(other_scores, expected, rtol=1e-3, atol=atol)
    pd.testing.assert_frame_equal(other_history, history, rtol=1e-4)
    untied = torch.tensor([len(row.unique()) == len(row) for row in scores])
    if untied.all():
        users, seen = np.arange(INPUTS.n_users), INPUTS.interactions
        lists, _ = rank(model.scorer(), users, seen, 20)
        other_lists, _ = rank(other.scorer(), users, renamed_inputs().interactions, 20)
        renamed = inverse(NAMES.items).numpy()[lists][NAMES.users.numpy()]
        np.testing.assert_array_equal(other_lists, renamed)


def both(draw: Callable[[Randomness], torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    return draw(Randomness.seeded(5)), draw(renamed_stream(5))


def test_a_draw_follows_its_users_and_items() -> None:
    users, items = all_users(INPUTS.n_users), all_items(INPUTS.n_items)
    former, other = both(lambda r: r.uniform(users, 2, items))
    assert torch.equal(other, former[NAMES.users][:, :, NAMES.items])
    former, other = both(lambda r: r.gumbel(items))
    assert torch.equal(other, former[NAMES.items])
    former, other = both(lambda r: r.integers(items, users))
    assert torch.equal(NAMES.items[other], former[NAMES.users])


def test_a_permutation_follows_its_items_and_a_shuffle_is_of_them() -> None:
    items = all_items(INPUTS.n_items)
    former, other = both(lambda r: r.permutation(items))
    assert torch.equal(NAMES.items[other], former[NAMES.items])
    former, other = both(lambda r: r.shuffled(items))
    assert torch.equal(NAMES.items[other], former)
    weights = torch.rand(INPUTS.n_items, generator=torch.Generator().manual_seed(0))
    former = Randomness.seeded(5).choice(items, 9, weights)
    other = renamed_stream(5).choice(items, 9, weights[NAMES.items])
    assert sorted(NAMES.items[other].tolist()) == former.tolist()


def test_a_draw_follows_the_entries_of_a_matrix() -> None:
    matrix, other_matrix = INPUTS.interactions, NAMES.rows_and_columns(INPUTS.interactions)
    dense = []
    for of, randomness in ((matrix, Randomness.seeded(5)), (other_matrix, renamed_stream(5))):
        rows, columns = (torch.from_numpy(x.astype(np.int64)) for x in of.nonzero())
        drawn = randomness.uniform(edges((Ids.USER, Ids.ITEM), rows, columns))
        dense.append(torch.zeros(of.shape).index_put((rows, columns), drawn))
    assert torch.equal(dense[1], dense[0][NAMES.users][:, NAMES.items])


def test_a_draw_follows_some_users() -> None:
    chosen = torch.tensor([2, 3, 11, 20])  # former ids
    renamed = inverse(NAMES.users)[chosen].sort().values
    former = Randomness.seeded(5).uniform(some(Ids.USER, chosen))
    other = renamed_stream(5).uniform(some(Ids.USER, renamed))
    assert dict(zip(NAMES.users[renamed].tolist(), other.tolist(), strict=True)) == dict(
        zip(chosen.tolist(), former.tolist(), strict=True)
    )
