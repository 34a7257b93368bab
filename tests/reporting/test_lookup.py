from hashlib import sha256

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from reporting.made_up import ITEMS, in_duckdb, item_graphs, world
from siger_pipeline.pipelines.report.nodes import look_up
from siger_pipeline.reporting import lookup
from siger_pipeline.reporting.lookup import pictured, spread, titles_of
from siger_pipeline.reporting.lookup_items import items_document, neighbours, strongest
from siger_pipeline.reporting.lookup_users import describe_user, trained_users, users_document


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_members_are_taken_at_equal_distances_with_ties_by_the_hash_of_the_id() -> None:
    sizes = [int(n) for n in np.random.default_rng(1).integers(1, 5, 50)]
    members = pd.DataFrame({"user": [f"ü{n}" for n in range(50)], "size": sizes})
    order = sorted(zip(members["user"], sizes, strict=True), key=lambda m: (m[1], hashed(m[0])))
    # Middles of eight equal parts of fifty members.
    wanted = [order[int((part + 0.5) / 8 * 50)][0] for part in range(8)]
    result = spread(in_duckdb(members), "user", "size", count=8)
    assert result["user"].tolist() == wanted


@pytest.mark.parametrize(("count", "wanted"), [(0, 0), (1, 1), (3, 3), (8, 8), (9, 8)])
def test_there_are_no_more_than_asked_for(count: int, wanted: int) -> None:
    frame = pd.DataFrame({"user": [str(n) for n in range(count)], "size": [1] * count})
    frame = frame.astype({"user": "str", "size": "int64"})
    assert len(spread(in_duckdb(frame), "user", "size", count=8)) == wanted


ORDER = ("splits", "user_index", "item_index", "recommendations")


def test_the_choice_is_blind_to_numbers_and_to_the_order_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spread, "__defaults__", (8,))
    tables = world()
    users = tables["user_index"].to_pandas()
    lists = tables["recommendations"]
    before = users_document(tables["splits"], tables["user_index"], tables["item_index"], lists)
    renumbered = users.assign(user_id=users["user_id"].max() - users["user_id"])
    splits = tables["splits"].to_pandas().sample(frac=1, random_state=2)
    splits["user_id"] = users["user_id"].max() - splits["user_id"]
    index = in_duckdb(renumbered.sort_values("user_id"))
    after = users_document(in_duckdb(splits), index, tables["item_index"], lists)
    assert after == before
    assert (len(before["user"]), before["total"]) == (8, 20)
    assert before["had_count"] == sorted(before["had_count"])
    assert before["had_count"][0] < before["had_count"][-1]


def test_users_without_training_items_cannot_be_looked_up() -> None:
    splits = {
        "user_id": [0, 0, 1, 2, 3],
        "item_id": [0, 1, 0, 0, 1],
        "split": ["train", "test", "train", "test", "validation"],
    }
    index = in_duckdb({"user_id": range(4), "user": list("abcd")})
    known = trained_users(in_duckdb(splits), index).to_pandas()
    assert sorted(known["user"]) == ["a", "b"]


def test_a_user_shows_what_was_had_recommended_and_hit() -> None:
    ranks = {f"i{n}": n for n in range(1, 51)}
    training, tested = [f"t{n}" for n in range(9)], ["i3", "i20", "i21", "elsewhere"]
    result = describe_user("u", training, tested, ranks)
    assert result["had"] == sorted(training, key=hashed)[:8]
    assert result["had_count"] == 9
    assert result["recommended"] == [f"i{n}" for n in range(1, 11)]
    assert result["tested"] == [("i3", 3), ("i20", 20), ("i21", 21), ("elsewhere", 0)]
    assert (result["hits"], result["tested_count"]) == (2, 4)


def test_every_hit_among_the_first_ten_is_listed_as_a_test_item() -> None:
    ranks = {f"i{n}": n for n in range(1, 51)}
    many = describe_user("u", [], [f"i{n}" for n in range(2, 40)], ranks)
    assert [rank for _, rank in many["tested"]] == list(range(2, 11))
    few = describe_user("u", [], [f"i{n}" for n in range(30, 40)], ranks)
    assert [rank for _, rank in few["tested"]] == list(range(30, 36))


def test_lists_of_users_are_their_own_in_the_order_of_rank() -> None:
    tables = world()
    items = {row.item_id: row.item for row in tables["item_index"].to_pandas().itertuples()}
    splits, lists = tables["splits"].to_pandas(), tables["recommendations"].to_pandas()
    numbers = tables["user_index"].to_pandas().set_index("user")["user_id"]
    result = users_document(*(tables[name] for name in ORDER))
    assert result["counted"] == 20
    for n, user in enumerate(result["user"]):
        own = lists[lists["user"] == user].sort_values("rank")["item"].tolist()
        mine = splits[splits["user_id"] == numbers[user]]
        tested = {items[i] for i in mine.loc[mine["split"] == "test", "item_id"]}
        assert result["recommended"][n] == own[:10]
        assert all(own[rank - 1] == item for item, rank in result["tested"][n] if rank)
        assert result["hits"][n] == len(tested & set(own[:20]))
        assert result["tested_count"][n] == len(tested)


def test_neighbours_are_the_row_of_the_item_without_itself() -> None:
    graph = sparse.csr_matrix(np.array([[9.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.5, 7.0]]))
    assert neighbours(graph, 0) == {1: 1.0}
    assert neighbours(graph, 1) == {}
    assert neighbours(graph, 2) == {0: 2.0, 1: 0.5}


def test_the_strongest_five_come_first_and_ties_are_broken_by_the_hash_of_the_id() -> None:
    names = {n: f"item {n}" for n in range(8)}
    result = strongest({0: 0.1, **dict.fromkeys(range(1, 8), 0.5)}, names)
    wanted = sorted((names[n] for n in range(1, 8)), key=hashed)[:5]
    assert result == [(name, 0.5) for name in wanted]
    assert strongest({0: 0.1, 1: 0.2}, names) == [("item 1", 0.2), ("item 0", 0.1)]


def test_items_stand_with_their_neighbours_in_each_graph() -> None:
    tables, graphs = world(), item_graphs()
    items = tables["item_index"].to_pandas()["item"].tolist()
    train = tables["splits"].to_pandas().query("split == 'train'")
    counts = train["item_id"].value_counts()
    result = items_document(tables["splits"], tables["item_index"], graphs)
    assert sorted(result["item"]) == sorted(items)
    assert result["trained"] == [counts.get(items.index(item), 0) for item in result["item"]]
    assert result["trained"] == sorted(result["trained"])
    for links, (name, graph) in zip(result["graphs"], graphs.items(), strict=True):
        assert links["graph"] == name
        for item, of in zip(result["item"], links["links"], strict=True):
            weights = graph.toarray()[items.index(item)]
            weights[items.index(item)] = 0
            largest = np.sort(weights[weights > 0])[::-1][:5]
            assert [weight for _, weight in of] == [round(w, 4) for w in largest.tolist()]
            assert all(round(float(weights[items.index(i)]), 4) == weight for i, weight in of)


def test_an_item_without_interactions_is_there_and_no_graph_means_no_items() -> None:
    splits = in_duckdb({"user_id": [0], "item_id": [1], "split": ["train"]})
    index = in_duckdb({"item_id": [0, 1], "item": ["a", "b"]})
    result = items_document(splits, index, {"knn_text": sparse.csr_matrix((2, 2))})
    assert list(zip(result["item"], result["trained"], strict=True)) == [("a", 0), ("b", 1)]
    assert result["graphs"] == [{"graph": "knn_text", "links": [[], []]}]
    assert items_document(splits, index, {})["item"] == []


def test_places_stand_for_the_ids_that_they_replace() -> None:
    tables, graphs = world(), item_graphs()
    items = tables.pop("items")
    users = users_document(*(tables[name] for name in ORDER))
    shown = items_document(tables["splits"], tables["item_index"], graphs)
    document = look_up(items, **tables, **graphs)
    ids = document["item"]
    assert [[ids[i] for i in row] for row in document["users"]["had"]] == users["had"]
    listed = [[ids[i] for i in row] for row in document["users"]["recommended"]]
    assert listed == users["recommended"]
    tested = [[(ids[i], rank) for i, rank in row] for row in document["users"]["tested"]]
    assert tested == users["tested"]
    assert [ids[i] for i in document["items"]["item"]] == shown["item"]
    for one, other in zip(document["items"]["graphs"], shown["graphs"], strict=True):
        assert [[(ids[i], w) for i, w in row] for row in one["links"]] == other["links"]


def test_items_in_most_places_come_first_and_have_the_pictures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = in_duckdb({"item": ["a", "b"], "title": ["A", None]})
    users = {"had": [["b"], ["b"]], "recommended": [["a"], ["b"]], "tested": [[], [("c", 0)]]}
    document = lookup.document(users, {"item": [], "trained": [], "graphs": []}, table)
    assert document["item"][0] == "b"
    assert dict(zip(document["item"], document["title"], strict=True)) == {
        **{"a": "A", "b": None, "c": None}
    }
    monkeypatch.setattr(lookup, "PICTURED", 1)
    assert pictured(document) == ["b"]


def test_titles_are_of_what_is_asked_for_without_escapes_and_not_too_long() -> None:
    names = [f"i{n}" for n in range(ITEMS)]
    items = in_duckdb({"item": names, "title": [None, "Hob &amp; Co &lt;b&gt;", *names[2:]]})
    assert titles_of({"i0", "i1", "unknown"}, items) == {"i1": "Hob & Co <b>"}
    long = in_duckdb({"item": ["a"], "title": ["word " * 100]})
    (title,) = titles_of({"a"}, long).values()
    assert len(title) <= 90
    assert title.endswith("word…")
