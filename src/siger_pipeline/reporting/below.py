"""Whether a model recommends worse than the list of the most popular items."""

from collections.abc import Mapping

POPULARITY = "popularity"
COMPARED = ("recall", "ndcg")

Metrics = Mapping[str, Mapping[str, float]]


def main_metrics(figures: Mapping[str, float]) -> list[str]:
    """recall@20 and ndcg@20, as published; where 20 was not measured, at the longest list."""
    ks = {int(name.partition("@")[2]) for name in figures}
    k = 20 if 20 in ks else max(ks)
    return [f"{name}@{k}" for name in COMPARED if f"{name}@{k}" in figures]


def below_popularity(trial: str, metrics: Metrics, floors: Mapping[str, Metrics]) -> str:
    """A sentence where the most popular items are the better recommendation at test, else empty.

    Args:
        trial: its name; a floor itself is not warned of.
        metrics: split -> metric -> value.
        floors: floor -> split -> metric -> value.
    """
    mine, theirs = metrics["test"], floors.get(POPULARITY, {}).get("test", {})
    worse = [name for name in main_metrics(mine) if mine[name] < theirs.get(name, 0.0)]
    if trial in floors or not worse:
        return ""
    figures = ", ".join(f"{name} {mine[name]:.4f} against {theirs[name]:.4f}" for name in worse)
    return (
        f"{trial} is below popularity on the test split ({figures}): recommending the same most "
        "popular items to everybody would be better"
    )
