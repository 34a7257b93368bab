from typing import Any

import pytest

from reporting.made_up import ITEMS, in_duckdb, ranks_of, world
from siger_pipeline.reporting.held_out import held_out_ranks
from siger_pipeline.reporting.ranks import ranks_figure, ranks_line, ranks_title, shares

RANKS: dict[str, Any] = {
    "top_k": 4,
    "splits": {
        "test": {"items": 10, "found": [1, 0, 2, 1]},
        "validation": {"items": 5, "found": [0, 0, 1, 0]},
    },
}


def test_every_test_item_stands_at_the_rank_of_its_users_list() -> None:
    tables = world()
    lists, items = tables["recommendations"].to_pandas(), tables["item_index"].to_pandas()
    users = tables["user_index"].to_pandas()["user"].tolist()
    rank_of = {(r.user, r.item): r.rank for r in lists.itertuples()}
    held = tables["splits"].to_pandas().query("split == 'test'")
    wanted = [0] * ITEMS
    for row in held.itertuples():
        wanted[rank_of[users[row.user_id], items["item"][row.item_id]] - 1] += 1
    recommendations = tables.pop("recommendations")
    tables.pop("items")
    result = ranks_of(tables, recommendations)
    assert result["top_k"] == ITEMS
    assert result["splits"]["test"] == {"items": len(held), "found": wanted}
    assert "validation" not in result["splits"], "there are no such items"


@pytest.mark.parametrize("mask", ["train", "train+validation"])
def test_what_is_in_no_list_is_counted_and_untrained_users_are_not(mask: str) -> None:
    splits = [("a", "x", "train"), ("a", "y", "test"), ("a", "z", "test"), ("a", "w", "validation")]
    splits += [("b", "y", "test")]
    users, items = ["a", "b"], list("wxyz")
    rows = [(users.index(u), items.index(i), split) for u, i, split in splits]
    names = ("user_id", "item_id", "split")
    result = held_out_ranks(
        in_duckdb({name: [row[n] for row in rows] for n, name in enumerate(names)}),
        in_duckdb({"user_id": [0, 1], "user": users}),
        in_duckdb({"item_id": range(4), "item": items}),
        in_duckdb({"user": ["a", "a"], "item": ["w", "z"], "rank": [1, 2]}),
        mask,
    )
    assert result["splits"]["test"] == {"items": 2, "found": [0, 1]}
    assert ("validation" in result["splits"]) == (mask == "train")


def test_shares_add_up_to_what_is_listed_and_the_rest_is_said() -> None:
    assert shares(RANKS, "test") == [0.1, 0.1, 0.3, 0.4]
    assert ranks_title(RANKS) == "40.0% of the test items are among their user's first 4"
    line = "Not among the first 4: 6 of 10 test items and 4 of 5 validation items."
    assert ranks_line(RANKS) == line
    longer = {"top_k": 50, "splits": {"test": {"items": 100, "found": [1] * 50}}}
    assert ranks_title(longer).endswith("first 20, 50.0% among the first 50")
    assert ranks_line(longer).endswith(
        "of 100 test items; validation items are masked in these lists."
    )


def test_test_is_drawn_in_the_models_colour_and_validation_in_another() -> None:
    test, validation = ranks_figure(RANKS, "#D55E00").data
    assert (test.name, test.line.color, list(test.y)) == ("test", "#D55E00", [0.1, 0.1, 0.3, 0.4])
    assert validation.name == "validation"
    assert validation.line.color != "#D55E00"
