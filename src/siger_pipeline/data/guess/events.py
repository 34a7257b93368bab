"""Which kinds of events are interactions."""

from collections import Counter
from collections.abc import Sequence

from siger_pipeline.data.guess.words import PURCHASES, is_one_of, parts_of


def events_that_count(values: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """How often each kind of event occurs, and those that are purchases by their names."""
    counts = dict(Counter(values).most_common())
    bought = [v for v in counts if any(is_one_of(part, PURCHASES) for part in parts_of(v))]
    return counts, bought if len(bought) < len(counts) else []
