"""Shops that nobody has seen: each column's role by its name and its values."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from siger_pipeline.data.guess.environment import environment, said
from siger_pipeline.data.guess.guessed import Shop
from siger_pipeline.data.guess.read import sheet_of
from siger_pipeline.data.guess.sheet import Sheet, VectorSheet
from siger_pipeline.data.guess.shop import guess_shop
from siger_pipeline.data.guess.vectors import Vectors, guess_vectors, modality_of
from siger_pipeline.data.guess.words import names_role, parts_of
from siger_pipeline.datasets.user_table import UserTableDataset
from siger_pipeline.errors import InputError

ROWS = 120
DRAW = random.Random(4)
SKUS = [f"A{n:03}" for n in range(20)]
ITEMS = [DRAW.choice(SKUS) for _ in range(ROWS)]
USERS = [str(1000 + DRAW.randrange(25)) for _ in range(ROWS)]


def some(*values: str) -> list[str]:
    return [DRAW.choice(values) for _ in range(ROWS)]


def notes(shop: Shop) -> list[str]:
    return [said(note) for note in shop.notes]


def german() -> list[Sheet]:
    orders = {
        "Bestellnummer": [f"B{n // 2}" for n in range(ROWS)],
        "Kundennummer": USERS,
        "ArtikelNr": ITEMS,
        "Menge": some("1", "2", "3"),
        "Einzelpreis": some("9,99", "19,90"),
        "Bestelldatum": [f"{n % 28 + 1:02}.{n % 12 + 1:02}.2023 10:30" for n in range(ROWS)],
    }
    products = {
        "ArtikelNr": SKUS,
        "Bezeichnung": [f"Tee Sorte {n}" for n in range(20)],
        "Hersteller": ["Gut", "Fein"] * 10,
        "Warengruppe": ["Tee", "Kaffee"] * 10,
        "Preis": [f"{n},50" for n in range(20)],
    }
    return [Sheet("artikel.csv", products), Sheet("bestellungen.csv", orders)]


def shopify() -> list[Sheet]:
    columns: Mapping[str, Sequence[str | None]] = {
        "Name": [f"#{1000 + n // 2}" for n in range(ROWS)],
        "Email": [None if n % 6 == 0 else f"c{u}@example.com" for n, u in enumerate(USERS)],
        "Financial Status": ["paid"] * ROWS,
        "Paid at": [None if n % 2 else "2023-12-24 18:30:00 +0100" for n in range(ROWS)],
        "Currency": ["EUR"] * ROWS,
        "Created at": [f"2023-12-{n % 28 + 1:02} 18:30:00 +0100" for n in range(ROWS)],
        "Lineitem quantity": some("1", "2"),
        "Lineitem name": [f"Green tea {item}" for item in ITEMS],
        "Lineitem price": some("9.99", "12.50"),
        "Lineitem compare at price": [None] * ROWS,
        "Lineitem sku": ITEMS,
        "Lineitem requires shipping": ["true"] * ROWS,
        "Vendor": ["Tea Inc"] * ROWS,
        "Id": [str(10**12 + n) for n in range(ROWS)],
    }
    return [Sheet("orders_export.csv", columns)]


def events() -> list[Sheet]:
    columns = {
        "event_time": [f"2019-10-01 00:{n % 60:02}:00 UTC" for n in range(ROWS)],
        "event_type": some("view", "view", "view", "cart", "purchase"),
        "product_id": ITEMS,
        "category_code": [f"c.{item[-1]}" for item in ITEMS],
        "brand": [f"b{item[-1]}" for item in ITEMS],
        "price": [f"{item[1:]}.98" for item in ITEMS],
        "user_id": USERS,
        "user_session": [f"{n}-dd6e" for n in range(ROWS)],
    }
    return [Sheet("events.parquet", columns)]


def movielens() -> list[Sheet]:
    films = [str(n) for n in range(1, 60)]
    ratings = {
        1: [str(n // 6 + 1) for n in range(ROWS)],
        2: [str(n % 59 + 1) for n in range(ROWS)],
        3: some("1", "2", "3", "4", "5"),
        4: [str(978300760 + n) for n in range(ROWS)],
    }
    movies = {1: films, 2: [f"Film {n} (1995)" for n in films], 3: ["Drama", "Comedy"] * 29 + ["X"]}
    return [Sheet("ratings.dat", ratings), Sheet("movies.dat", movies)]


def test_a_german_shop() -> None:
    shop = guess_shop(german())
    assert (shop.interactions, shop.item_file) == ("bestellungen.csv", "artikel.csv")
    assert shop.columns == {
        **{"user": "Kundennummer", "item": "ArtikelNr", "timestamp": "Bestelldatum"}
    }
    assert shop.item_columns == {
        **{"item": "ArtikelNr", "title": "Bezeichnung", "brand": "Hersteller"},
        **{"categories": "Warengruppe", "price": "Preis"},
    }
    assert (shop.time_format, shop.decimal, shop.only) == ("%d.%m.%Y %H:%M", ",", {})
    assert "sure: user is 'Kundennummer' (such as '" in " ".join(notes(shop))


def test_an_export_with_a_row_for_each_line_item() -> None:
    shop = guess_shop(shopify())
    assert shop.columns == {"user": "Email", "item": "Lineitem sku", "timestamp": "Created at"}
    assert shop.item_file == "orders_export.csv"
    assert shop.item_columns["title"] == "Lineitem name"
    assert shop.time_format is None and 0.16 < shop.bad_share < 0.17
    told = notes(shop)
    assert any(n.startswith("unsure: timestamp") and "it is 'Paid at'" in n for n in told)
    assert any("16.7% of the rows lack a user" in n for n in told)


def test_events_of_which_purchases_count() -> None:
    shop = guess_shop(events())
    assert shop.columns == {"user": "user_id", "item": "product_id", "timestamp": "event_time"}
    assert shop.only == {"event_type": ["purchase"]}
    assert shop.item_columns == {
        **{"item": "product_id", "brand": "brand", "categories": "category_code", "price": "price"}
    }
    (told,) = (note for note in notes(shop) if "event_type" in note)
    assert told.startswith(
        "unsure: of the events in 'event_type' only purchase counts; it has view"
    )


def test_ratings_without_a_header() -> None:
    shop = guess_shop(movielens())
    assert shop.columns == {"user": 1, "item": 2, "rating": 3, "timestamp": 4}
    assert shop.item_file == "movies.dat"
    assert shop.item_columns == {"item": 1, "title": 2, "categories": 3}
    assert all(note.sure == "unsure" for note in shop.notes if note.what.startswith("user"))


def test_nested_events_of_a_media_site(tmp_path: Path) -> None:
    plays = [
        {
            "ts": 1_700_000_000_000 + n,
            "user": {"id": user, "country": "DE"},
            "content": {"id": item, "title": f"A nice show {item}", "tags": ["x", "y"]},
            "action": "play" if n % 3 else "pause",
        }
        for n, (user, item) in enumerate(zip(USERS, ITEMS, strict=True))
    ]
    (tmp_path / "plays.jsonl").write_text("".join(json.dumps(play) + "\n" for play in plays))
    table = UserTableDataset(filepath=tmp_path / "plays.jsonl").load()
    shop = guess_shop([sheet_of("plays.jsonl", table)])
    assert shop.columns == {"user": "user.id", "item": "content.id", "timestamp": "ts"}
    assert shop.item_columns == {
        **{"item": "content.id", "title": "content.title", "categories": "content.tags"}
    }
    (told,) = (note for note in notes(shop) if "'action'" in note)
    assert told.startswith("unsure: all values of 'action' count alike; it has play (80), pause")


def test_orders_with_lists_are_seen_as_rows_of_the_elements(tmp_path: Path) -> None:
    order = {"by": 1, "lines": [{"sku": "a", "n": 1}, {"sku": "b"}], "gifts": [{"x": 1}]}
    (tmp_path / "o").write_text(f"{json.dumps(order)}\nnot json\n[1]\n" + '{"by": 2, "lines": []}')
    sheet = sheet_of("o", UserTableDataset(filepath=tmp_path / "o").load())
    assert sheet.columns["by"] == ["1", "1", "2"]
    assert sheet.columns["lines[].sku"] == ["a", "b", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b\n1;x\n", {"a": ["1"], "b": ["x"]}),
        ("1;x\n2;y\n", {1: ["1", "2"], 2: ["x", "y"]}),
        ("a;a\n1;2\n", {"a": ["1"]}),
    ],
)
def test_the_first_rows_of_text(text: str, expected: dict[Any, Any], tmp_path: Path) -> None:
    (tmp_path / "o").write_text(text)
    assert sheet_of("o", UserTableDataset(filepath=tmp_path / "o").load()).columns == expected


def test_nothing_recognisable_is_refused_with_the_columns_that_there_are() -> None:
    sheet = Sheet("x.csv", {"foo": ["1", "2"], "bar": ["x", "y"]})
    with pytest.raises(InputError, match=r"x\.csv has 'foo', 'bar'"):
        guess_shop([sheet])


def test_dates_that_fit_two_formats_are_unsure() -> None:
    sheet = german()[1]
    days = {**sheet.columns, "Bestelldatum": ["03/04/2023"] * ROWS}
    shop = guess_shop([Sheet("o.csv", days)])
    assert shop.time_format == "%m/%d/%Y"
    assert any(n.startswith("unsure: dates") and "'%d/%m/%Y' too" in n for n in notes(shop))
    days["Bestelldatum"] = ["03/04/2023"] * (ROWS // 2) + ["23/04/2023"] * (ROWS // 2)
    assert guess_shop([Sheet("o.csv", days)]).time_format == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("name", "role", "expected"),
    [
        ("customer_id", "user", 2),
        ("userId", "user", 2),
        ("Kundennummer", "user", 2),
        ("Lineitem sku", "item", 2),
        ("movieId", "item", 2),
        ("order.customer.id", "user", 2),
        ("user_country", "item", 0),
        ("price", "user", 0),
        (3, "user", 0),
    ],
)
def test_names_say_what_columns_are(name: object, role: str, expected: int) -> None:
    assert names_role(name, role) == expected


LABELS = ["train", "train", "valid", "test"] * (ROWS // 4)


@pytest.mark.parametrize(
    ("name", "labels", "sure"),
    [
        ("fold_name", LABELS, "likely"),
        ("split", [label.upper() for label in LABELS], "sure"),
        ("subset", ["train"] * ROWS, "likely"),
        ("x_label", ["0", "1", "2"] * (ROWS // 3), "sure"),
        ("data_split", ["0.0", "1.0", "2.0"] * (ROWS // 3), "sure"),
        ("fold", ["0", "1", "2"] * (ROWS // 3), None),
        ("x_label", ["0", "1"] * (ROWS // 2), None),
        ("split", [*LABELS[:-1], ""], None),
        ("split", [*LABELS[:-1], "other"], None),
        ("stage", ["train"] * ROWS, None),
    ],
)
def test_a_published_split_is_a_column_of_labels(
    name: str, labels: list[str], sure: str | None
) -> None:
    shop = guess_shop([Sheet("o.csv", {"user": USERS, "item": ITEMS, name: labels})])
    assert shop.columns.get("split") == (name if sure else None)
    made = environment("laden", "raw", shop, Vectors(), None, 1).files["parameters.yml"]
    assert ("strategy: published" in made) == (sure is not None)
    if sure:
        assert any(note.startswith(f"{sure}: split is {name!r}") for note in notes(shop))
        assert not any("at random" in note for note in notes(shop))


def test_a_published_split_with_bad_rows_is_not_used() -> None:
    users = ["", "", *USERS[2:]]
    shop = guess_shop([Sheet("o.csv", {"user": users, "item": ITEMS, "split": LABELS})])
    assert "split" not in shop.columns
    assert any(note.startswith("sure: the split in 'split' is not used") for note in notes(shop))
    assert any("the split is then at random" in note for note in notes(shop))


def test_names_are_taken_apart() -> None:
    assert parts_of("orderLines[].productID_2") == ["order", "lines", "product", "id", "2"]


def test_vectors_are_those_whose_ids_are_the_items() -> None:
    ids = ["x", *SKUS]
    image = VectorSheet("image_emb.parquet", 21, {"sku": ids}, ["emb"])
    text = VectorSheet("text_emb.parquet", 21, {"sku": ids}, ["emb"])
    other = VectorSheet("users.parquet", 9, {"user": ["u1", "u2"]}, ["emb"])
    found = guess_vectors([image, text, other], [], set(SKUS))
    assert found.modalities == ["image", "text"]
    assert found.block == {
        **{"vectors": "{modality}_emb.parquet", "id_column": "sku", "vector_columns": ["emb"]}
    }
    assert "users.parquet is not used" in found.notes[-1].what


def test_a_matrix_has_its_ids_in_a_table_of_as_many_rows() -> None:
    matrix = VectorSheet("clip.npy", 20)
    listed = Sheet("clip_ids.csv", {"sku": SKUS})
    bare = Sheet("ids.txt", {SKUS[0]: SKUS[1:]})
    assert guess_vectors([matrix], [listed], set(SKUS)).block["id_column"] == "sku"
    assert guess_vectors([matrix], [bare], set(SKUS)).block["id_column"] == 1
    assert not guess_vectors([matrix], [Sheet("a.csv", {"sku": SKUS[:9]})], set(SKUS)).block


@pytest.mark.parametrize(
    ("name", "expected"),
    [("image_emb.npy", "image"), ("titleVectors.parquet", "text"), ("emb.npy", "content")],
)
def test_a_file_of_vectors_says_its_modality(name: str, expected: str) -> None:
    assert modality_of(name) == expected


def test_without_any_description_the_model_needs_none() -> None:
    shop = guess_shop([german()[1]])
    made = environment("laden", "raw", shop, Vectors(), None, 5)
    assert "model: lightgcn" in made.files["globals.yml"]
    assert "strategy: temporal_per_user" in made.files["parameters.yml"]
    assert made.files["parameters.yml"].startswith("# Written by `kedro shop new`")
