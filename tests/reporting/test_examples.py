from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from reporting.made_up import ITEMS, in_duckdb, item_graphs, world
from siger_pipeline.reporting.example_items import example_items, neighbours, strongest
from siger_pipeline.reporting.example_users import describe_user, eligible_users, example_users
from siger_pipeline.reporting.examples import mentioned, spread, titles_of


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_members_are_taken_at_equal_distances_with_ties_by_the_hash_of_the_id() -> None:
    sizes = [int(n) for n in np.random.default_rng(1).integers(1, 5, 50)]
    members = pd.DataFrame({"user": [f"ü{n}" for n in range(50)], "size": sizes})
    order = sorted(zip(members["user"], sizes, strict=True), key=lambda m: (m[1], hashed(m[0])))
    # Middles of eight equal parts of fifty members.
    wanted = [order[int((part + 0.5) / 8 * 50)][0] for part in range(8)]
    result = spread(in_duckdb(members), "user", "size").to_pandas()
    assert result["user"].tolist() == wanted


@pytest.mark.parametrize(("count", "wanted"), [(0, 0), (1, 1), (3, 3), (8, 8), (9, 8)])
def test_there_are_at_most_eight(count: int, wanted: int) -> None:
    frame = pd.DataFrame({"user": [str(n) for n in range(count)], "size": [1] * count})
    frame = frame.astype({"user": "str", "size": "int64"})
    assert len(spread(in_duckdb(frame), "user", "size").to_pandas()) == wanted


def test_the_choice_is_blind_to_numbers_and_to_the_order_of_rows() -> None:
    tables = world()
    users = tables["user_index"].to_pandas()
    lists = tables["recommendations"]
    before = example_users(tables["splits"], tables["user_index"], tables["item_index"], lists)
    renumbered = users.assign(user_id=users["user_id"].max() - users["user_id"])
    splits = tables["splits"].to_pandas().sample(frac=1, random_state=2)
    splits["user_id"] = users["user_id"].max() - splits["user_id"]
    index = in_duckdb(renumbered.sort_values("user_id"))
    after = example_users(in_duckdb(splits), index, tables["item_index"], lists)
    assert after == before
    assert len(before) == 8
    counts = [user["had_count"] for user in before]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_users_without_training_or_test_items_are_not_chosen() -> None:
    splits = {
        "user_id": [0, 0, 1, 2, 3, 3],
        "item_id": [0, 1, 0, 0, 0, 1],
        "split": ["train", "test", "train", "test", "train", "validation"],
    }
    index = in_duckdb({"user_id": range(4), "user": list("abcd")})
    assert eligible_users(in_duckdb(splits), index).to_pandas()["user"].tolist() == ["a"]


def held(**splits: list[str]) -> list[dict[str, Any]]:
    return [{"item": item, "split": split} for split, items in splits.items() for item in items]


def test_a_user_shows_what_was_had_recommended_and_hit() -> None:
    listed = [{"item": f"i{n}", "rank": n} for n in range(1, 51)]
    training = [f"t{n}" for n in range(9)]
    tested = ["i3", "i20", "i21", "elsewhere"]
    result = describe_user("u", held(train=training, test=tested, validation=["i1"]), listed)
    assert result["had"] == sorted(training, key=hashed)[:8]
    assert result["had_count"] == 9
    assert [row["item"] for row in result["recommended"]] == [f"i{n}" for n in range(1, 11)]
    assert [row["item"] for row in result["recommended"] if row["hit"]] == ["i3"]
    assert result["tested"] == [
        {"item": "i3", "rank": 3, "hit": True},
        {"item": "i20", "rank": 20, "hit": True},
        {"item": "i21", "rank": 21, "hit": False},
        {"item": "elsewhere", "rank": None, "hit": False},
    ]
    assert (result["hits"], result["tested_count"], result["counted"]) == (2, 4, 20)


def test_hits_are_counted_in_no_more_ranks_than_the_list_has() -> None:
    listed = [{"item": f"i{n}", "rank": n} for n in range(1, 4)]
    result = describe_user("u", held(train=["t"], test=["i3", "elsewhere"]), listed)
    assert (result["hits"], result["counted"]) == (1, 3)
    assert [row["hit"] for row in result["tested"]] == [True, False]


def test_lists_of_users_are_their_own_in_the_order_of_rank() -> None:
    tables = world()
    items = {row.item_id: row.item for row in tables["item_index"].to_pandas().itertuples()}
    splits, lists = tables["splits"].to_pandas(), tables["recommendations"].to_pandas()
    users = tables["user_index"].to_pandas().set_index("user")["user_id"]
    order = ("splits", "user_index", "item_index", "recommendations")
    for example in example_users(*(tables[name] for name in order)):
        own = lists[lists["user"] == example["user"]].sort_values("rank")["item"].tolist()
        mine = splits[splits["user_id"] == users[example["user"]]]
        tested = {items[i] for i in mine.loc[mine["split"] == "test", "item_id"]}
        assert [row["item"] for row in example["recommended"]] == own[:10]
        assert all(row["hit"] == (row["item"] in tested) for row in example["recommended"])
        assert all(own[row["rank"] - 1] == row["item"] for row in example["tested"])


def test_neighbours_are_the_row_of_the_item_without_itself() -> None:
    graph = sparse.csr_matrix(np.array([[9.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.5, 7.0]]))
    assert neighbours(graph, 0) == {1: 1.0}
    assert neighbours(graph, 1) == {}
    assert neighbours(graph, 2) == {0: 2.0, 1: 0.5}


def test_the_strongest_five_come_first_and_ties_are_broken_by_the_hash_of_the_id() -> None:
    names = {n: f"item {n}" for n in range(8)}
    result = strongest({0: 0.1, **dict.fromkeys(range(1, 8), 0.5)}, names)
    wanted = sorted((names[n] for n in range(1, 8)), key=hashed)[:5]
    assert result == [{"item": name, "weight": 0.5} for name in wanted]
    first, second = strongest({0: 0.1, 1: 0.2}, names)
    assert (first["item"], second["item"]) == ("item 1", "item 0")


def test_items_stand_with_their_neighbours_in_each_graph() -> None:
    tables, graphs = world(), item_graphs()
    items = tables["item_index"].to_pandas()["item"].tolist()
    train = tables["splits"].to_pandas().query("split == 'train'")
    counts = train["item_id"].value_counts()
    result = example_items(tables["splits"], tables["item_index"], graphs)
    assert len(result) == 8
    assert [row["interactions"] for row in result] == sorted(row["interactions"] for row in result)
    for row in result:
        number = items.index(row["item"])
        assert row["interactions"] == counts.get(number, 0)
        for links, (name, graph) in zip(row["neighbours"], graphs.items(), strict=True):
            assert links["graph"] == name
            weights = graph.toarray()[number]
            weights[number] = 0
            largest = np.sort(weights[weights > 0])[::-1][:5]
            assert [link["weight"] for link in links["items"]] == largest.tolist()
            assert all(weights[items.index(n["item"])] == n["weight"] for n in links["items"])


def test_an_item_without_interactions_can_be_chosen_and_no_graph_means_no_items() -> None:
    splits = in_duckdb({"user_id": [0], "item_id": [1], "split": ["train"]})
    index = in_duckdb({"item_id": [0, 1], "item": ["a", "b"]})
    result = example_items(splits, index, {"knn_text": sparse.csr_matrix((2, 2))})
    assert [(row["item"], row["interactions"]) for row in result] == [("a", 0), ("b", 1)]
    assert result[0]["neighbours"] == [{"graph": "knn_text", "items": []}]
    assert example_items(splits, index, {}) == []


def test_titles_are_of_everything_that_is_shown_and_of_nothing_else() -> None:
    examples = {
        "users": [{"had": ["a"], "recommended": [{"item": "b"}], "tested": [{"item": "c"}]}],
        "items": [{"item": "d", "neighbours": [{"graph": "g", "items": [{"item": "e"}]}]}],
    }
    assert mentioned(examples) == {"a", "b", "c", "d", "e"}
    names = [f"i{n}" for n in range(ITEMS)]
    items = in_duckdb({"item": names, "title": [None, "Hob &amp; Co &lt;b&gt;", *names[2:]]})
    assert titles_of({"i0", "i1", "unknown"}, items) == {"i1": "Hob & Co <b>"}
