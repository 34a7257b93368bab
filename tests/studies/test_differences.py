"""Nested parameters as dotted keys, and their differences."""

from siger_pipeline.studies.differences import differences, leaves, merged, nested

BEFORE = {"train": {"seed": 1, "rate": 0.1}, "features": {"modalities": {"image": "picture"}}}


def test_leaves_and_back() -> None:
    assert dict(leaves(BEFORE)) == {
        "train.seed": 1,
        "train.rate": 0.1,
        "features.modalities.image": "picture",
    }
    assert nested(dict(leaves(BEFORE))) == BEFORE
    assert list(leaves({"popularity": {}})) == [("popularity", {})]


def test_what_differs() -> None:
    after = merged(BEFORE, {"train": {"seed": 2}, "features": {"modalities": {"image": None}}})
    assert differences(BEFORE, after) == {"train.seed": 2, "features.modalities.image": None}
    assert differences(BEFORE, BEFORE) == {}
    assert differences({"train": {"seed": 1}}, {"train": {"seed": 1.0}}) == {}


def test_what_is_no_more() -> None:
    assert differences(BEFORE, {"features": BEFORE["features"]}) == {
        "train.seed": None,
        "train.rate": None,
    }


def test_a_merge_replaces_lists_and_leaves_the_rest() -> None:
    before = {"evaluate": {"ks": [5, 10], "top_k": 50}}
    after = merged(before, {"evaluate": {"ks": [20]}})
    assert after == {"evaluate": {"ks": [20], "top_k": 50}}
    assert before == {"evaluate": {"ks": [5, 10], "top_k": 50}}
