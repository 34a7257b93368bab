"""The contract suite fails for models, and for parts of training, that are broken on purpose."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from contracts import test_every_model as any_model
from contracts import test_every_trained_model as trained
from contracts.awkward import AWKWARD
from contracts.awkward.content_profile import model as content_profile
from contracts.awkward.item_matrix import model as item_matrix
from contracts.awkward.learned_graph import model as learned_graph
from contracts.awkward.many_negatives import config as many_negatives
from contracts.awkward.mlp_scores import model as mlp_scores
from contracts.awkward.no_negatives import config as no_negatives_config
from contracts.awkward.no_negatives import model as no_negatives
from contracts.awkward.noisy import model as noisy
from contracts.awkward.redrawn_graph import model as redrawn_graph
from contracts.test_ids_carry_nothing import (
    test_scores_losses_and_lists_are_the_same_under_other_names as same_under_other_names,
)
from contracts.test_no_global_randomness import test_no_training_draws_from_them as no_global_draw
from contracts.test_resume_of_every_model import test_two_epochs_and_two_more_are_four as resumes
from contracts.test_training_of_every_model import (
    test_it_trains_on_what_it_requests_alone_and_its_checkpoint_scores as trains,
)
from siger_pipeline.models.batches import PairBatches
from siger_pipeline.models.randomness import Randomness
from siger_pipeline.ops.adam import Adam, Group
from siger_pipeline.recommenders.lightgcn.model import LightGCN
from siger_pipeline.recommenders.popularity.model import Popularity
from siger_pipeline.recommenders.random.model import Random
from siger_pipeline.training import closed_form
from siger_pipeline.training.config import TrainConfig

Patch = pytest.MonkeyPatch
Contract = Callable[..., None]
Break = Callable[[Patch], None]
BREAKS: list[tuple[str, Break, Contract]] = []


def breaks(name: str, contract: Contract) -> Callable[[Break], Break]:
    """A way to break what a model depends on, and the contract that must fail."""

    def note(function: Break) -> Break:
        BREAKS.append((name, function, contract))
        return function

    return note


# A graph that is drawn anew each epoch and used in training only.


@breaks("redrawn_graph", any_model.test_a_checkpoint_brings_the_scores_back)
def the_sampled_graph_scores(patch: Patch) -> None:
    def embed(self: redrawn_graph.RedrawnGraph) -> tuple[Tensor, Tensor]:
        graph = getattr(self, "sampled", self.bipartite)
        return redrawn_graph.lightgcn(graph, self.users, self.items, 2)

    patch.setattr(redrawn_graph.RedrawnGraph, "embed", embed)


@breaks("redrawn_graph", resumes)
def the_graph_is_drawn_in_the_first_epoch_only(patch: Patch) -> None:
    start_epoch = redrawn_graph.RedrawnGraph.start_epoch

    def once(self: redrawn_graph.RedrawnGraph, randomness: Randomness) -> None:
        if not hasattr(self, "sampled"):
            start_epoch(self, randomness)

    patch.setattr(redrawn_graph.RedrawnGraph, "start_epoch", once)


@breaks("redrawn_graph", same_under_other_names)
def edges_are_drawn_by_their_position(patch: Patch) -> None:
    patch.setattr(redrawn_graph, "edges", lambda of, rows, columns: len(rows))


# An item graph rebuilt from learned weights.


@breaks("learned_graph", trains)
def the_graph_of_the_first_batch_keeps_its_gradient(patch: Patch) -> None:
    patch.setattr(Tensor, "detach", lambda tensor: tensor)


@breaks("learned_graph", any_model.test_a_checkpoint_brings_the_scores_back)
def the_graph_of_the_first_batch_scores(patch: Patch) -> None:
    def embed(self: learned_graph.LearnedGraph) -> tuple[Tensor, Tensor]:
        return self.final(self.graph or self.item_graph())

    patch.setattr(learned_graph.LearnedGraph, "embed", embed)


@breaks("learned_graph", trained.test_scoring_within_an_epoch_changes_no_later_step)
def scoring_replaces_the_graph_of_the_epoch(patch: Patch) -> None:
    def embed(self: learned_graph.LearnedGraph) -> tuple[Tensor, Tensor]:
        self.graph = self.item_graph()
        return self.final(self.graph)

    patch.setattr(learned_graph.LearnedGraph, "embed", embed)


@breaks("learned_graph", trained.test_every_weight_gets_a_gradient_in_an_epoch_s_first_batch)
def no_batch_gives_the_edges_a_gradient(patch: Patch) -> None:
    item_graph = learned_graph.LearnedGraph.item_graph

    def constant(self: learned_graph.LearnedGraph) -> Any:
        support, values = item_graph(self)
        return support, values.detach()

    patch.setattr(learned_graph.LearnedGraph, "item_graph", constant)


@breaks("learned_graph", trained.test_the_gradient_is_that_of_the_loss)
def a_product_has_a_wrong_gradient_to_its_values(patch: Patch) -> None:
    dots = learned_graph.Support.gathered_dots

    def doubled(self: learned_graph.Support, x: Tensor, y: Tensor) -> Tensor:
        return dots(self, x, y) * (1.0 if x is y else 2.0)

    patch.setattr(learned_graph.Support, "gathered_dots", doubled)


@breaks("learned_graph", trained.test_an_epoch_of_the_trainer_is_its_steps_written_by_hand)
def idle_parameters_are_always_skipped(patch: Patch) -> None:
    update = Adam._update_by_blocks

    def skipping(self: Adam, group: Group, states: Any) -> None:
        update(self, Group(group.parameters, group.learning_rate, group.weight_decay), states)

    patch.setattr(Adam, "_update_by_blocks", skipping)


# Losses without negatives, and with many.


@breaks("no_negatives", trained.test_a_batch_holds_pairs_of_the_training_part)
def pairs_without_negatives_leave_some_out(patch: Patch) -> None:
    length = PairBatches.epoch

    def without_the_last(self: PairBatches, randomness: Randomness) -> Any:
        return list(length(self, randomness))[:-1]

    patch.setattr(PairBatches, "epoch", without_the_last)


@breaks("no_negatives", trains)
def a_loss_asks_for_negatives_that_are_not_there(patch: Patch) -> None:
    def loss(self: no_negatives.NoNegatives, batch: Any, _: Randomness) -> dict[str, Tensor]:
        u, p, n = batch.pairs(self.users[batch.user_rows], self.items[batch.item_rows])
        return {"bpr": ((u * p).sum(1) - (u * n).sum(1)).sum()}

    patch.setattr(no_negatives.NoNegatives, "loss", loss)


@breaks("no_negatives", trained.test_an_epoch_of_the_trainer_is_its_steps_written_by_hand)
def weight_decay_is_forgotten(patch: Patch) -> None:
    update = Adam._adam

    def forgetful(self: Adam, group: Group, updates: Any) -> None:
        update(self, Group(group.parameters, group.learning_rate, 0.0, group.idle), updates)

    patch.setattr(Adam, "_adam", forgetful)


@breaks("no_negatives", any_model.test_published_settings_are_settings_of_a_training)
def a_published_setting_is_misspelt(patch: Patch) -> None:
    patch.setattr(no_negatives_config.Config, "published", {"weight_dekay": 1e-4})


@breaks("many_negatives", same_under_other_names)
def negatives_are_drawn_as_numbers(patch: Patch) -> None:
    def negatives(self: PairBatches, users: Tensor, randomness: Randomness) -> Tensor:
        return randomness.integers(self.n_items, len(users), self.per_pair)

    patch.setattr(PairBatches, "negatives", negatives)


@breaks("many_negatives", any_model.test_published_settings_are_settings_of_a_training)
def patience_ends_before_a_second_validation(patch: Patch) -> None:
    settings = {"evaluate_every": 20, "patience": 19}
    patch.setattr(many_negatives.Config, "published", settings)


@breaks("many_negatives", trains)
def no_epoch_is_validated(patch: Patch) -> None:
    patch.setattr(TrainConfig, "validates", lambda self, epoch: False)


# Noise in training, seeded noise at scoring.


@breaks("noisy", any_model.test_scoring_twice_gives_the_same_and_changes_no_weight)
def noise_at_scoring_is_fresh(patch: Patch) -> None:
    patch.setattr(Randomness, "reseeded", lambda self, seed, device: self)


@breaks("noisy", any_model.test_a_checkpoint_brings_the_scores_back)
def the_seed_of_the_noise_is_no_part_of_the_checkpoint(patch: Patch) -> None:
    init = noisy.Noisy.__init__

    def forgetful(self: noisy.Noisy, config: Any, inputs: Any, randomness: Randomness) -> None:
        init(self, config, inputs, randomness)
        self.register_buffer("noise_seed", self.noise_seed, persistent=False)

    patch.setattr(noisy.Noisy, "__init__", forgetful)


@breaks("noisy", no_global_draw)
def noise_comes_from_the_global_generator(patch: Patch) -> None:
    patch.setattr(Randomness, "gumbel", lambda self, axis, number: torch.rand(axis.size, number))


@breaks("noisy", same_under_other_names)
def a_dropout_mask_is_drawn_by_position(patch: Patch) -> None:
    mask = Randomness.dropout_mask

    def anonymous(self: Randomness, rate: float, *shape: Any) -> Tensor:
        return mask(self, rate, *(getattr(axis, "size", axis) for axis in shape))

    patch.setattr(Randomness, "dropout_mask", anonymous)


@breaks("noisy", same_under_other_names)
def sampled_items_are_numbers(patch: Patch) -> None:
    def start_epoch(self: noisy.Noisy, randomness: Randomness) -> None:
        self.sampled = randomness.integers(self.n_items, self.n_users + self.n_items, 3)

    patch.setattr(noisy.Noisy, "start_epoch", start_epoch)


# Closed forms.


@breaks("item_matrix", any_model.test_a_fitted_model_is_stored_once)
def the_model_holds_a_second_matrix(patch: Patch) -> None:
    fit = item_matrix.ItemMatrix.fit

    def keeping(self: item_matrix.ItemMatrix, inputs: Any, randomness: Randomness) -> None:
        fit(self, inputs, randomness)
        self.gram = np.ones((inputs.n_items, inputs.n_items))

    patch.setattr(item_matrix.ItemMatrix, "fit", keeping)


@breaks("item_matrix", any_model.test_a_fitted_model_is_stored_once)
def the_checkpoint_copies_the_matrix(patch: Patch) -> None:
    capture = closed_form.capture

    def copying(*arguments: Any) -> dict[str, Any]:
        state = capture(*arguments)
        return {**state, "weights": {k: x.clone() for k, x in state["weights"].items()}}

    patch.setattr(closed_form, "capture", copying)


@breaks("item_matrix", any_model.test_a_restored_model_and_its_checkpoint_share_the_weights)
def a_restored_model_copies_the_matrix(patch: Patch) -> None:
    load = nn.Module.load_state_dict
    patch.setattr(nn.Module, "load_state_dict", lambda self, state, assign: load(self, state))


@breaks("content_profile", same_under_other_names)
def a_closed_form_draws_by_position(patch: Patch) -> None:
    fit = content_profile.ContentProfile.fit

    def noisy_fit(self: content_profile.ContentProfile, inputs: Any, draw: Randomness) -> None:
        fit(self, inputs, draw)
        self.items = self.items + draw.normal(*self.items.shape, deviation=0.1)

    patch.setattr(content_profile.ContentProfile, "fit", noisy_fit)


@breaks("content_profile", any_model.test_a_checkpoint_brings_the_scores_back)
def a_fitted_tensor_is_no_buffer(patch: Patch) -> None:
    fit = content_profile.ContentProfile.fit

    def forgetful(self: content_profile.ContentProfile, inputs: Any, draw: Randomness) -> None:
        fit(self, inputs, draw)
        users, self.users = self.users, torch.zeros_like(self.users)
        self.embed = lambda: (users, self.items)  # type: ignore[method-assign]

    patch.setattr(content_profile.ContentProfile, "fit", forgetful)


@breaks("popularity", same_under_other_names)
def ties_are_broken_by_the_index(patch: Patch) -> None:
    score = Popularity.score
    patch.setattr(
        Popularity, "score", lambda self, users: score(self, users) + torch.arange(40) / 100
    )


@breaks("random", same_under_other_names)
def a_hash_takes_the_index(patch: Patch) -> None:
    patch.setattr(Random, "fit", lambda self, inputs, draw: self.item_ids.copy_(torch.arange(40)))


# Trained models that are no dot product, and those that are.


@breaks("mlp_scores", trained.test_every_weight_gets_a_gradient_in_an_epoch_s_first_batch)
def a_layer_is_left_out_of_the_loss(patch: Patch) -> None:
    def scores(self: mlp_scores.MlpScores, users: Tensor, items: Tensor) -> Tensor:
        return torch.linalg.vecdot(torch.tanh(self.of_users(users) + items), self.out)

    patch.setattr(mlp_scores.MlpScores, "scores", scores)


@breaks("mlp_scores", trained.test_every_model_finds_the_withheld_diagonal_of_a_checkerboard)
def the_positive_and_the_negative_are_exchanged(patch: Patch) -> None:
    bpr = mlp_scores.bpr
    patch.setattr(mlp_scores, "bpr", lambda positive, negative: bpr(negative, positive))


@breaks("mlp_scores", any_model.test_scoring_is_the_same_for_some_users_as_for_all)
def scores_depend_on_the_users_beside(patch: Patch) -> None:
    score = mlp_scores.MlpScores.score
    patch.setattr(
        mlp_scores.MlpScores, "score", lambda self, users: score(self, users) - len(users)
    )


@breaks("lightgcn", same_under_other_names)
def initial_weights_are_drawn_by_position(patch: Patch) -> None:
    def table(self: LightGCN, rows: Any, randomness: Randomness) -> nn.Parameter:
        return nn.Parameter(randomness.normal(rows.size, 8, deviation=0.1))

    patch.setattr(LightGCN, "_table", table)


@breaks("siger", same_under_other_names)
def a_permutation_is_a_list_of_numbers(patch: Patch) -> None:
    patch.setattr(
        Randomness,
        "permutation",
        lambda self, axis: torch.randperm(axis.size, generator=self._generator),
    )
    patch.setattr("contracts.renaming.RenamedRandomness.permutation", Randomness.permutation)


@pytest.mark.parametrize(
    ("name", "how", "contract"), BREAKS, ids=[f"{how.__name__}-{name}" for name, how, _ in BREAKS]
)
def test_a_broken_model_fails(
    name: str, how: Break, contract: Contract, monkeypatch: Patch, tmp_path: Path
) -> None:
    how(monkeypatch)
    folder = (tmp_path,) if contract is resumes else ()
    with pytest.raises((AssertionError, RuntimeError, ValueError)):
        contract(name, *folder)


def test_every_awkward_model_is_broken_somehow() -> None:
    assert set(AWKWARD) <= {name for name, _, _ in BREAKS}
