"""The shop as the tables of a company: German orders, a JSON export of products, vectors."""

import csv
import io
import json
from datetime import UTC, datetime

import numpy as np

from tools.sample.records import Record
from tools.samples.others import DIMENSION, Files, npy
from tools.samples.shop import Shop, in_time

BOUGHT, SEEN = "kauf", "ansicht"


def tables(shop: Shop, seed: int) -> Files:
    """Orders between semicolons, products as nested JSON, vectors in an order of their own."""
    orders = [_order(review, BOUGHT) for review in in_time(shop.reviews)]
    seen = [_order(review, SEEN) for review in _seen(shop)]
    rng = np.random.default_rng(seed)
    ids = rng.permutation([*shop.items[1:], "discontinued"]).tolist()
    vectors = rng.normal(size=(len(ids), DIMENSION)).astype(np.float16)
    return {
        "bestellungen.csv": "\ufeff" + _csv([*orders, *seen]).replace("\n", "\r\n"),
        "products.jsonl": "".join(map(_product, shop.described().values())),
        "image_vectors.npy": npy(vectors),
        "image_ids.txt": "".join(f"{item}\n" for item in ids),
    }


def _seen(shop: Shop) -> list[Record]:
    """For each user the review of an item that the user has none of, which is no purchase."""
    bought = {(review["reviewerID"], review["asin"]) for review in shop.reviews}
    pairs = {user: next(i for i in shop.items if (user, i) not in bought) for user in shop.users}
    first = shop.reviews[0]
    return [{**first, "reviewerID": user, "asin": item} for user, item in pairs.items()]


def _order(review: Record, kind: str) -> list[str]:
    time = datetime.fromtimestamp(review["unixReviewTime"], UTC).strftime("%d.%m.%Y %H:%M:%S")
    stars = f"{review['overall']:.1f}".replace(".", ",") if kind == BOUGHT else ""
    return [review["reviewerID"], review["asin"], time, stars, kind]


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(["Kundennummer", "Artikelnummer", "Bestelldatum", "Sterne", "Ereignis"])
    writer.writerows(rows)
    return text.getvalue()


def _product(record: Record) -> str:
    product = {
        "sku": record["asin"],
        "details": {"name": record["title"], "maker": record.get("brand", "")},
        "tags": record["category"],
        "texts": record.get("description", []),
    }
    return json.dumps(product, ensure_ascii=False) + "\n"
