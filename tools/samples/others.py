"""The shop in the formats of MicroLens, RecBole and MMRec."""

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from tools.sample.records import Record
from tools.samples.shop import FOREIGN_TITLES, TEST, TRAIN, VALIDATION, Shop, in_time

Files = dict[str, bytes | str]
DIMENSION = 16  # of MMRec's features
LABELS = {TRAIN: 0, VALIDATION: 1, TEST: 2}


def microlens(shop: Shop) -> Files:
    """MicroLens' files: users and items are numbers from 1."""
    users, items = _numbers(shop.users, 1), _numbers(shop.items, 1)
    reviews = in_time(shop.reviews)
    pairs = [
        (users[r["reviewerID"]], items[r["asin"]], r["unixReviewTime"] * 1_000 + n)
        for n, r in enumerate(reviews)
    ]
    sequences: dict[int, list[str]] = {}
    for user, item, _ in pairs:
        sequences.setdefault(user, []).append(str(item))
    known = shop.described()
    titles = [(items[i], html.unescape(known[i]["title"])) for i in shop.items if i in known]
    others = [(n, FOREIGN_TITLES[n % len(FOREIGN_TITLES)]) for n, _ in titles]
    tags = [(items[i], html.unescape(known[i]["category"][1])) for i in shop.items if i in known]
    covers = {f"covers/{items[i]}.jpg": _jpeg(shop, i) for i in shop.items if i in shop.pictures}
    views = "".join(f"{n}\t{n * 3}\t{n * 90}\n" for n in items.values())
    return {
        "MicroLens-50k_pairs.tsv": "".join(
            f"{user}\t{' '.join(sequence)}\n" for user, sequence in sorted(sequences.items())
        ),
        "MicroLens-50k_pairs.csv": _csv([("user", "item", "timestamp"), *sorted(pairs)]),
        "MicroLens-50k_titles.csv": _csv([("item", "title"), *titles]),
        "title_other.csv": _csv(others),  # without a header, as those of MicroLens-100k
        "tags_to_summary.csv": _csv(tags),
        "MicroLens-50k_likes_and_views.txt": views,
        **covers,
    }


def recbole(shop: Shop) -> Files:
    """RecBole's atomic files, whole and as benchmark files of a split."""
    header = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    of_items = "item_id:token\ttitle:token_seq\tcategories:token_seq\tbrand:token\tprice:float"
    parts = shop.last_out()
    inter = {part: _table(header, map(_interaction, rows)) for part, rows in parts.items()}
    whole = _table(header, map(_interaction, in_time(shop.reviews)))
    users = _table(
        "user_id:token\tage:float", ((user, 30 + n) for n, user in enumerate(shop.users))
    )
    return {
        "home.inter": whole,
        **{f"home.{part}.inter": text for part, text in inter.items()},
        "home.item": _table(of_items, map(_item, shop.described().values())),
        "home.user": users,
    }


def mmrec(shop: Shop, seed: int) -> Files:
    """A folder of MMRec: numbers from 0, a split, features in three modalities, ids."""
    users, items = _numbers(shop.users, 0), _numbers(shop.items, 0)
    rows = [
        (users[r["reviewerID"]], items[r["asin"]], r["overall"], r["unixReviewTime"], LABELS[part])
        for part, reviews in shop.last_out().items()
        for r in reviews
    ]
    rng = np.random.default_rng(seed)
    features = {
        f"{modality}_feat.npy": npy(rng.normal(size=(len(items), DIMENSION)).astype(np.float32))
        for modality in ("text", "image", "audio")
    }
    return {
        "home.inter": _table("userID\titemID\trating\ttimestamp\tx_label", sorted(rows)),
        "i_id_mapping.csv": _table("asin\titemID", items.items()),
        "u_id_mapping.csv": _table("user_id\tuserID", users.items()),
        **features,
    }


def _interaction(review: Record) -> Sequence[object]:
    keys = ("reviewerID", "asin", "overall", "unixReviewTime")
    return [float(review[key]) if key == "overall" else review[key] for key in keys]


def _item(record: Record) -> Sequence[object]:
    price = record.get("price", "").removeprefix("$")
    texts = (record["title"], " ".join(record["category"]), record.get("brand", ""))
    plain = [re.sub(r"\s+", " ", html.unescape(text)) for text in texts]
    return [record["asin"], *plain, price if re.fullmatch(r"\d+\.\d+", price) else ""]


def _numbers(ids: Sequence[str], first: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(ids, start=first)}


def _table(header: str, rows: Iterable[Sequence[object]]) -> str:
    return "".join(f"{line}\n" for line in (header, *("\t".join(map(str, row)) for row in rows)))


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def npy(matrix: np.ndarray) -> bytes:
    """The content of a `.npy` file."""
    content = io.BytesIO()
    np.save(content, matrix, allow_pickle=False)
    return content.getvalue()


def _jpeg(shop: Shop, asin: str) -> bytes:
    content = io.BytesIO()
    Image.fromarray(shop.pictures[asin]).save(content, "JPEG", quality=80)
    return content.getvalue()
