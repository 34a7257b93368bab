"""The shop in the formats of Amazon 2014 and 2023."""

import html
import json

import numpy as np

from tools.sample.records import Record
from tools.samples.shop import Shop, in_time

DIMENSION = 4096  # of the image features of 2014
ACTIVE = 40  # of them that are not zero
MILLISECONDS = 1_000


def review_2014(review: Record) -> Record:
    """A review in the fields of 2014."""
    votes = int(review.get("vote", 0))
    kept = ("reviewerID", "asin", "reviewerName")
    last = ("reviewText", "overall", "summary", "unixReviewTime", "reviewTime")
    return {
        **{key: review[key] for key in kept if key in review},
        "helpful": [votes, votes],
        **{key: review[key] for key in last if key in review},
    }


def metadata_2014(record: Record) -> Record:
    """Metadata in the fields of 2014: what is empty is left out."""
    price = record.get("price", "").removeprefix("$")
    number = price.replace(".", "", 1)
    fields: Record = {
        "asin": record["asin"],
        "title": html.unescape(record["title"]),
        "price": float(price) if number.isdigit() else None,
        "imUrl": next(iter(record["imageURL"]), None),
        "related": {"also_viewed": record["also_view"]},
        "salesRank": {"Home &amp; Kitchen": 7},
        "brand": record.get("brand"),
        "categories": [record["category"], [record["category"][0]]],
        "description": " ".join(record.get("description", [])),
    }
    return {key: value for key, value in fields.items() if value not in (None, "")}


def vectors_2014(shop: Shop, seed: int) -> bytes:
    """The pictured items' features: mostly zero, as those of a network after its last ReLU."""
    rng, records = np.random.default_rng(seed), []
    for asin in sorted(shop.pictures):
        vector = np.zeros(DIMENSION, dtype="<f4")
        vector[rng.choice(DIMENSION, ACTIVE, replace=False)] = rng.integers(1, 9, ACTIVE) / 4
        records.append(asin.encode("ascii") + vector.tobytes())
    return b"".join(records)


def user_2023(user: str) -> str:
    """A user's id in the length of 2023."""
    return f"AE{user.removeprefix('A')}{user.removeprefix('A')}AAAAAA"


def times_2023(shop: Shop) -> dict[tuple[str, str], int]:
    """User and item -> the time of the review in milliseconds, no two alike."""
    return {
        (review["reviewerID"], review["asin"]): review["unixReviewTime"] * MILLISECONDS + n
        for n, review in enumerate(in_time(shop.reviews))
    }


def review_2023(review: Record, time: int) -> Record:
    """A review in the fields of 2023; the item is the family of the one that was bought."""
    variant = f"{review['asin'][:-1]}{'X' if time % 5 == 0 else review['asin'][-1]}"
    return {
        "rating": review["overall"],
        "title": review.get("summary", ""),
        "text": review.get("reviewText", ""),
        "images": [],
        "asin": variant,
        "parent_asin": review["asin"],
        "user_id": user_2023(review["reviewerID"]),
        "timestamp": time,
        "helpful_vote": int(review.get("vote", 0)),
        "verified_purchase": review["verified"],
    }


def metadata_2023(record: Record) -> Record:
    """Metadata in the fields of 2023."""
    price = record.get("price", "").removeprefix("$")
    pictures = [
        {
            "thumb": address.replace("._SS40_", "._SX38_"),
            "large": address.replace("._SS40_", "._SX300_"),
            "variant": "MAIN",
            "hi_res": address.replace("._SS40_", "._SL1500_"),
        }
        for address in record["imageURL"]
    ]
    return {
        "main_category": record["main_cat"],
        "title": html.unescape(record["title"]),
        "average_rating": 4.5,
        "rating_number": 12,
        "features": record.get("feature", []),
        "description": record.get("description", []),
        "price": float(price) if price.replace(".", "", 1).isdigit() else None,
        "images": pictures,
        "videos": [],
        "store": record.get("brand"),
        "categories": record["category"],
        "details": {"Brand": record.get("brand", ""), "Item Weight": "2 pounds"},
        "parent_asin": record["asin"],
        "bought_together": None,
    }


def csv_2023(reviews: list[Record], times: dict[tuple[str, str], int]) -> str:
    """Reviews in the CSV of the ready splits of 2023."""
    rows = ["user_id,parent_asin,rating,timestamp"]
    for review in reviews:
        user, item = review["reviewerID"], review["asin"]
        rows.append(f"{user_2023(user)},{item},{review['overall']},{times[user, item]}")
    return "\n".join(rows) + "\n"


def files_2014(shop: Shop, seed: int) -> dict[str, bytes | str]:
    """Name -> content of the files of 2014; metadata are Python literals."""
    return {
        "reviews_Home_5.json.gz": _lines(json.dumps(review_2014(r)) for r in shop.reviews),
        "meta_Home.json.gz": _lines(ascii(metadata_2014(record)) for record in shop.metadata),
        "image_features_Home.b": vectors_2014(shop, seed),
    }


def files_2023(shop: Shop) -> dict[str, bytes | str]:
    """Name -> content of the files of 2023: all of them, and a ready split."""
    times = times_2023(shop)
    reviews = (review_2023(r, times[r["reviewerID"], r["asin"]]) for r in shop.reviews)
    metadata = (json.dumps(metadata_2023(r), ensure_ascii=False) for r in shop.metadata)
    return {
        "Home.jsonl.gz": _lines(json.dumps(review) for review in reviews),
        "meta_Home.jsonl.gz": _lines(metadata),
        **{
            f"5core/last_out/Home.{part}.csv.gz": csv_2023(rows, times)
            for part, rows in shop.last_out().items()
        },
    }


def _lines(texts: object) -> str:
    return "".join(f"{text}\n" for text in texts)  # type: ignore[attr-defined]
