"""What a fit makes of matrices, frames, features, validation and titles."""

import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

from estimators.worlds import FEATURES, IMAGE, ITEMS, TEXT, USERS, R, V, frame_of
from siger_pipeline import EASE, SIGER, ItemKNN, LightGCN, Popularity
from siger_pipeline.data.schema import Split
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.evaluation.evaluate import evaluate_recommender
from siger_pipeline.requests import features

QUICK = {"max_epochs": 1, "dimension": 4, "device": "cpu"}
IDS = [f"i{item:02}" for item in range(ITEMS)]
TABLE = frame_of(R)


def siger(**settings: object) -> SIGER:
    return SIGER(**QUICK, **settings)


def test_frames_of_every_kind_are_the_matrix_by_other_names() -> None:
    expected = siger().fit(R, FEATURES, V)
    shuffled = TABLE.sample(frac=1, random_state=1)
    contents = {
        "frame": pd.DataFrame(TEXT, index=IDS).sample(frac=1, random_state=2),
        "series": pd.Series(list(TEXT), index=IDS),
        "pair": (IDS[::-1], TEXT[::-1]),
        "column": pd.DataFrame(TEXT).assign(item=IDS),
        "arrow": pa.table({"item": IDS, **{str(n): TEXT[:, n] for n in range(6)}}),
    }
    for kind, text in contents.items():
        frame = pa.Table.from_pandas(shuffled) if kind == "arrow" else shuffled
        found = siger().fit(frame, {"text": text, "image": (IDS, IMAGE)}, frame_of(V))
        first, second = (each.recommender.parts for each in (found, expected))
        for one, other in zip(first.embeddings, second.embeddings, strict=True):
            np.testing.assert_array_equal(one, other, kind)
        assert found.recommend("u03", 2)["item"].tolist() == [
            f"i{int(item):02}" for item in expected.recommend(3, 2)["item"]
        ]


def test_numbers_are_ids_as_texts_and_short_ones_come_first() -> None:
    table = pd.DataFrame({"user": [10, 9, 9], "item": [7, 7, 100]})
    parts = Popularity().fit(table).recommender.parts
    assert parts.users.tolist() == ["9", "10"]
    assert parts.items["item"].tolist() == ["7", "100"]
    assert parts.inputs.interactions.toarray().tolist() == [[1, 1], [1, 0]]


def test_repeated_pairs_and_ratings_count_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        again = pd.concat([TABLE, TABLE.iloc[:3]], ignore_index=True)
        parts = Popularity().fit(again).recommender.parts
        rated = R.tocoo(copy=True)
        rated.data[:] = 5
        same = Popularity().fit(rated).recommender.parts
    for found in (parts, same):
        np.testing.assert_array_equal(found.inputs.interactions.toarray(), R.toarray())
    assert "3 rows repeat a pair of a user and an item" in caplog.text
    assert f"{R.nnz} values other than 1 count as 1" in caplog.text


def test_a_tenth_of_each_users_latest_tells_when_to_stop(caplog: pytest.LogCaptureFixture) -> None:
    times = np.random.default_rng(3).permutation(len(TABLE))
    timed = TABLE.assign(time=pd.Timestamp("2024-01-01") + pd.to_timedelta(times, unit="h"))
    with caplog.at_level(logging.INFO):
        fitted = LightGCN(**QUICK).fit(timed).recommender
    train, held = (
        fitted.parts.inputs.interactions,
        fitted.parts.seen - fitted.parts.inputs.interactions,
    )
    for user, rows in timed.groupby("user"):
        number = max(1, int(len(rows) * 0.1 + 0.5)) if len(rows) >= 3 else 0
        latest = rows.sort_values("time")["item"].tolist()[len(rows) - number :]
        (row,) = fitted.users.rows([user])
        assert sorted(fitted.items.names[held[row].indices[held[row].data > 0]]) == sorted(latest)
    assert train.nnz + held.count_nonzero() == len(timed)
    assert "a tenth of each user's, the latest" in caplog.text
    assert "LightGCN, epoch 1: loss 0.69" in caplog.text


def test_without_times_a_tenth_is_random_by_the_seed() -> None:
    first, again, other = (
        LightGCN(**QUICK, seed=seed).fit(R).recommender.parts.inputs.interactions
        for seed in (1, 1, 2)
    )
    assert (first != again).nnz == 0
    assert (first != other).nnz > 0
    assert first.nnz < R.nnz


def test_a_model_that_is_computed_at_once_learns_from_all() -> None:
    parts = EASE().fit(R).recommender.parts
    assert parts.inputs.interactions.nnz == parts.seen.nnz == R.nnz
    both = EASE().fit(R, validation=V).recommender.parts
    assert (both.inputs.interactions.nnz, both.seen.nnz) == (R.nnz, R.nnz + V.nnz)


def test_items_without_a_row_are_missing_and_get_what_the_setting_says() -> None:
    given = {"text": (IDS[2:], TEXT[2:])}
    request = features("text")
    zero = siger().fit(TABLE, given, frame_of(V)).recommender.parts.inputs[request]
    assert not zero[:4].any(axis=1)[[0, 1, 3]].any()
    np.testing.assert_array_equal(zero[4:], TEXT[4:])
    mean = siger(missing="mean").fit(TABLE, given, frame_of(V)).recommender.parts.inputs[request]
    there = TEXT[2:][TEXT[2:].any(axis=1)]
    np.testing.assert_allclose(mean[[0, 1, 3]], np.tile(there.mean(axis=0), (3, 1)), rtol=1e-5)


def test_items_with_features_alone_can_be_recommended(caplog: pytest.LogCaptureFixture) -> None:
    given = {"text": (["new", *IDS], np.vstack([np.ones(6), TEXT]))}
    with caplog.at_level(logging.INFO):
        found = siger().fit(TABLE, given, frame_of(V)).recommend("u00", ITEMS + 1, exclude="none")
    assert "new" in set(found["item"])
    assert "1 items have features and no interaction; they can be recommended, too" in caplog.text


def test_titles_stand_beside_items() -> None:
    fitted = Popularity().fit(TABLE, titles={"i00": "A &amp; B", "other": "C"})
    found = fitted.recommend("u00", ITEMS, exclude="none").set_index("item")["title"]
    assert found["i00"] == "A & B"
    assert found.drop("i00").isna().all()


def test_what_a_user_has_is_left_out_unless_asked_for() -> None:
    fitted = Popularity().fit(R, validation=V)
    for user in range(3):
        found = set(fitted.recommend(user, ITEMS)["item"].astype(int))
        assert found == set(np.flatnonzero((R + V)[[user]].toarray()[0] == 0))
        assert len(fitted.recommend(user, ITEMS, exclude="none")) == ITEMS


@pytest.mark.parametrize("mask", ["train", "train+validation"])
def test_metrics_are_those_of_the_pipelines_evaluation(mask: str) -> None:
    test = sparse.csr_matrix(((R + V).toarray() == 0).astype(np.float32))
    fitted = ItemKNN().fit(R, validation=V)
    matrices = {Split.TRAIN: R, Split.VALIDATION: V, Split.TEST: test}
    config = EvaluateConfig(ks=(3, 7), top_k=10, mask=mask, block_mib=32)
    expected = evaluate_recommender(fitted.recommender.model.scorer(), matrices, config)
    found = fitted.evaluate(test, (3, 7), mask=mask)
    assert found == {name: expected.metrics["test"][name] for name in found}
    assert {"recall@3", "ndcg@7"} <= found.keys()


def test_held_out_items_that_are_not_known_are_misses(caplog: pytest.LogCaptureFixture) -> None:
    fitted = Popularity().fit(TABLE)
    (best,) = fitted.recommend("u00", 1)["item"]
    test = pd.DataFrame({"user": ["u00", "u00", "nobody"], "item": [best, "strange", best]})
    assert fitted.evaluate(test, [5])["recall@5"] == 0.5
    assert "1 items are not known, such as 'strange'" in caplog.text
    assert "1 users are not known and are left out" in caplog.text


def test_users_without_training_do_not_validate(caplog: pytest.LogCaptureFixture) -> None:
    bare = R.tolil()
    bare[2] = 0
    parts = LightGCN(**QUICK).fit(sparse.csr_matrix(bare), validation=V).recommender.parts
    assert parts.seen.nnz == R.nnz + V.nnz - (R + V)[[2]].nnz
    assert "validation: 1 users have no interaction to learn from and are left out" in caplog.text


def test_the_history_has_a_row_an_epoch() -> None:
    fitted = LightGCN(max_epochs=3, device="cpu").fit(R, validation=V)
    assert fitted.history["epoch"].tolist() == [1, 2, 3]
    assert EASE().fit(R).history.empty
    assert fitted.explain(0, fitted.recommend(0, 1)["item"])["user"].unique().tolist() == ["0"]
    assert len(fitted.recommender.users.names) == USERS
