"""What cannot be learned from or answered: one sentence each, and an earlier fit is kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from estimators.worlds import ITEMS, TEXT, R, V, frame_of
from siger_pipeline import EASE, SIGER, LightGCN, Popularity
from siger_pipeline.errors import UserError
from siger_pipeline.estimators.answers import NotFittedError

QUICK = {"max_epochs": 1, "dimension": 4, "device": "cpu"}
TABLE = frame_of(R)
IDS = [f"i{item:02}" for item in range(ITEMS)]


def with_value(value: float) -> sparse.csr_matrix:
    changed = R.copy()
    changed.data[4] = value
    return changed


def with_cell(column: str, value: Any) -> pd.DataFrame:
    changed = TABLE.astype(object)
    changed.loc[2, column] = value
    return changed


INTERACTIONS: dict[str, tuple[Any, str]] = {
    "no kind": ([[1, 0]], "interactions: found list, wanted is SciPy's sparse matrix"),
    "dense": (R.toarray(), "interactions: found ndarray, wanted is SciPy's sparse matrix"),
    "empty": (sparse.csr_matrix((3, 4)), "interactions are empty: wanted is at least one pair"),
    "no items": (sparse.csr_matrix((3, 0)), r"have shape \(3, 0\), wanted is \[users, items\]"),
    "nan": (with_value(np.nan), r"interactions: user 0 has nan for item \d+, wanted is a positive"),
    "negative": (with_value(-1), r"interactions: user 0 has -1.0 for item \d+, wanted is a pos"),
    "complex": (R.astype(complex), "interactions hold complex128, wanted are numbers"),
    "no rows": (TABLE.iloc[:0], "interactions are empty"),
    "no column": (TABLE.rename(columns={"item": "product"}), "'item' is missing: name the columns"),
    "no id": (
        with_cell("user", None),
        "interactions, column user, row 2: found None, wanted is an",
    ),
    "half id": (
        with_cell("item", 1.5),
        "interactions, column item, row 2: found 1.5, wanted is an",
    ),
    "empty id": (with_cell("item", ""), "interactions, column item, row 2: found '', wanted is an"),
    "text time": (TABLE.assign(time="now"), "interactions, column time holds .*, wanted are dates"),
    "no time": (TABLE.assign(time=np.nan), "column time, row 0: the time is missing"),
    "two times": (TABLE.assign(time=1, timestamp=2), "columns time and timestamp, and one of them"),
}
FEATURES: dict[str, tuple[Any, str]] = {
    "no dict": (TEXT, 'features: found ndarray, wanted is a dict .* such as {"text": array}'),
    "no name": ({"Text": TEXT}, "the name of a modality is small letters, digits and _, found 'Te"),
    "none": (None, "SIGER needs features of at least 1 modality, and 0 are given"),
    "no kind": ({"text": "x"}, "features of 'text': found str, wanted is an array"),
    "rows": ({"text": TEXT[1:]}, "features of 'text' have 19 rows, and the interactions 20 items"),
    "flat": ({"text": TEXT[:, 0]}, r"features of 'text' has shape \(20,\)"),
    "words": ({"text": TEXT.astype(str)}, "features of 'text' holds <U"),
    "nan": ({"text": np.where(TEXT[5] == TEXT, np.nan, TEXT)}, "features of 'text', row 5, column"),
    "zero": ({"text": TEXT * 0}, "features of 'text' is zero in the rows of all 20 items"),
    "id twice": ({"text": (["1", "1"], TEXT[:2])}, "features of 'text': item '1' occurs twice"),
    "lengths": ({"text": (["1"], TEXT[:2])}, "features of 'text': 1 ids and 2 rows"),
    "vectors": (
        {"text": pd.Series([[1.0], [1.0, 2.0]], index=["1", "2"])},
        "features of 'text': the series must hold a vector of numbers for each item",
    ),
}
VALIDATION: dict[str, tuple[Any, str]] = {
    "shape": (V[:, 1:], r"interactions are \(24, 20\) and validation is \(24, 19\)"),
    "kind": (frame_of(V), r"interactions are \(24, 20\) and validation is a data frame"),
    "empty": (V * 0, "validation are empty"),
    "learned": (R, f"{R.nnz} pairs stand in interactions and in validation, such as user '0'"),
}


@pytest.fixture(scope="module")
def fitted() -> EASE:
    return EASE().fit(TABLE)


def fails(call: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("given", "sentence"), INTERACTIONS.values(), ids=INTERACTIONS)
def test_interactions_are_refused(given: Any, sentence: str) -> None:
    fails(lambda: Popularity().fit(given), sentence)


@pytest.mark.parametrize(("given", "sentence"), FEATURES.values(), ids=FEATURES)
def test_features_are_refused(given: Any, sentence: str) -> None:
    fails(lambda: SIGER(**QUICK).fit(R, given, V), sentence)


@pytest.mark.parametrize(("given", "sentence"), VALIDATION.values(), ids=VALIDATION)
def test_validation_is_refused(given: Any, sentence: str) -> None:
    fails(lambda: LightGCN(**QUICK).fit(R, validation=given), sentence)


def test_arrays_need_ids_beside_a_frame() -> None:
    fails(lambda: SIGER(**QUICK).fit(TABLE, {"text": TEXT}), "nothing says which row is which")


def test_nothing_can_be_held_out_of_two_interactions() -> None:
    lonely = pd.DataFrame({"user": ["a", "a", "b"], "item": ["x", "y", "x"]})
    fails(lambda: LightGCN(**QUICK).fit(lonely), "no user has the three interactions of which")


def test_validation_of_strangers_is_refused() -> None:
    strangers = pd.DataFrame({"user": ["a"], "item": ["i00"]})
    fails(lambda: LightGCN(**QUICK).fit(TABLE, validation=strangers), "none of its users has an")


def test_a_weight_of_an_unknown_modality_is_refused() -> None:
    from siger_pipeline import FREEDOM

    freedom = FREEDOM(max_epochs=1, weights={"txt": 0.5}, device="cpu")
    fails(lambda: freedom.fit(R, {"text": TEXT}, V), "FREEDOM.weights names 'txt'")


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        ("x", "titles: found str, wanted is a dict or a series"),
        ({"nothing": "x"}, "'nothing' and all others are ids of no item of the interactions"),
        ({"i00": 3}, "titles: item 'i00' has 3, wanted is a text"),
        (pd.Series(["x", "y"], index=["i00", "i00"]), "titles: item 'i00' occurs twice"),
    ],
)
def test_titles_are_refused(titles: Any, sentence: str) -> None:
    fails(lambda: Popularity().fit(TABLE, titles=titles), sentence)


def test_only_a_fitted_estimator_answers(tmp_path: Path) -> None:
    new = SIGER()
    calls: list[Callable[[], Any]] = [
        lambda: new.recommend(["a"]),
        lambda: new.similar(["a"]),
        lambda: new.explain("a", ["b"]),
        lambda: new.evaluate(V),
        lambda: new.save(tmp_path / "folder"),
        lambda: new.history,
    ]
    for call in calls:
        with pytest.raises(
            NotFittedError, match=r"SIGER is not fitted: call fit\(…\), or SIGER.lo"
        ):
            call()


def test_a_fit_that_fails_keeps_the_one_before(fitted: EASE) -> None:
    before = fitted.recommend("u00")
    fails(lambda: fitted.fit(TABLE.iloc[:0]), "are empty")
    pd.testing.assert_frame_equal(fitted.recommend("u00"), before)


def test_wrong_questions_are_refused(fitted: EASE) -> None:
    fails(lambda: fitted.recommend(["u00", "x", "y"]), "2 users are not known to the .*: 'x', 'y'")
    fails(lambda: fitted.similar("x"), "1 items are not known")
    fails(lambda: fitted.recommend("u00", k=0), "k, the length of a list, must be at least 1")
    fails(lambda: fitted.recommend("u00", exclude="all"), "exclude is 'all', wanted is one of seen")
    fails(lambda: fitted.recommend([None]), "row 0: found None, wanted is an id")
    fails(lambda: fitted.recommend(1.5), "row 0: found 1.5, wanted is an id")
    fails(lambda: fitted.recommend(b"u00"), "row 0: found b'u00', wanted is an id")
    fails(lambda: fitted.recommend(["u00", True]), "row 1: found True, wanted is an id")
    fails(lambda: fitted.evaluate(V), "test is a matrix, and the estimator was fitted on a data fr")
    fails(lambda: fitted.evaluate(TABLE, ks=()), r"ks is \[\], wanted are whole numbers")
    fails(lambda: fitted.evaluate(TABLE, ks=(0,)), "0")
    fails(
        lambda: fitted.evaluate(TABLE, mask="all"), "mask is 'all', wanted is one of train, train"
    )
    strangers = pd.DataFrame({"user": ["x"], "item": ["i00"]})
    fails(lambda: fitted.evaluate(strangers), "test: none of its users, such as 'x', is known")


def test_a_matrix_of_another_shape_measures_nothing() -> None:
    fails(lambda: EASE().fit(R).evaluate(V[1:]), r"test has shape \(23, 20\), wanted \(24, 20\)")


def test_a_folder_belongs_to_the_class_of_its_model(fitted: EASE, tmp_path: Path) -> None:
    fitted.save(tmp_path / "folder")
    fails(lambda: SIGER.load(tmp_path / "folder"), "holds model 'ease', and SIGER is 'siger'")
    fails(lambda: EASE.load(tmp_path / "nothing"), "nothing")
