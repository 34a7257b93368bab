"""Reviews in the format of Amazon's of 2018."""

from datetime import UTC, datetime

import numpy as np
from numpy.random import Generator

from tools.sample.records import Record
from tools.sample.texts import pick
from tools.sample.words import REMARKS, VERDICTS

DAY = 86_400  # seconds
OPENED = int(datetime(2014, 3, 1, tzinfo=UTC).timestamp())
DAYS_OPEN = 1_600
RATING_SHARES = {5: 0.62, 4: 0.22, 3: 0.09, 2: 0.04, 1: 0.03}


def written(rng: Generator) -> Record:
    """A random day, in the two fields that have it."""
    seconds = OPENED + int(rng.integers(DAYS_OPEN)) * DAY
    date = datetime.fromtimestamp(seconds, UTC)
    return {
        "reviewTime": f"{date.month:02d} {date.day}, {date.year}",
        "unixReviewTime": seconds,
    }


def opinion(product: str, rng: Generator) -> Record:
    """Random stars, with a text and a summary that fit."""
    bounds = np.cumsum(list(RATING_SHARES.values()))
    rating = list(RATING_SHARES)[int((rng.random() > bounds[:-1]).sum())]
    return {
        "overall": float(rating),
        "reviewText": pick(REMARKS, rng).format(product.lower()),
        "summary": pick(VERDICTS[rating], rng).format(product.lower()),
    }


def review_record(user: str, name: str, asin: str, product: str, rng: Generator) -> Record:
    """One review of a product, with the rare fields `style` and `vote` on some."""
    said, day = opinion(product, rng), written(rng)
    style = {"style": {"Size:": " Regular"}} if rng.random() < 0.1 else {}
    vote = {"vote": str(int(rng.integers(2, 40)))} if rng.random() < 0.05 else {}
    return {
        "overall": said["overall"],
        "verified": bool(rng.random() < 0.9),
        "reviewTime": day["reviewTime"],
        "reviewerID": user,
        "asin": asin,
        **style,
        "reviewerName": name,
        "reviewText": said["reviewText"],
        "summary": said["summary"],
        "unixReviewTime": day["unixReviewTime"],
        **vote,
    }
