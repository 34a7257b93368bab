"""At which ranks held-out items stand, drawn and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from plotly import graph_objects as go

from siger_pipeline.data.schema import Split
from siger_pipeline.reporting.figures import HEIGHT, framed
from siger_pipeline.reporting.style import SUM

FEW = 20  # the first ranks that the title tells of


def shares(ranks: Mapping[str, Any], split: str) -> list[float]:
    """Of all held-out items of a split, the share that is among the first 1, 2, … K.

    Args:
        ranks: of `held_out.held_out_ranks`.
        split: one that it has.
    """
    of = ranks["splits"][split]
    return [count / of["items"] for count in accumulate(of["found"])]


def ranks_figure(ranks: Mapping[str, Any], colour: str) -> go.Figure:
    """The shares of both splits by rank, test in the model's colour.

    Args:
        ranks: of `held_out.held_out_ranks`.
        colour: of the model.
    """
    figure = go.Figure()
    looks = {Split.TEST.value: (colour, "solid", 2.6), Split.VALIDATION.value: (SUM, "dash", 1.6)}
    for split in ranks["splits"]:
        of, dash, width = looks[split]
        line = go.Scatter(
            x=list(range(1, ranks["top_k"] + 1)),
            y=shares(ranks, split),
            name=split,
            mode="lines+markers" if ranks["top_k"] == 1 else "lines",
            line={"color": of, "dash": dash, "width": width, "shape": "hv"},
            hovertemplate="%{y:.2%}",
        )
        figure.add_trace(line)
    figure.update_xaxes(title="rank in the list of its user", rangemode="tozero")
    figure.update_yaxes(title="share of held-out items", rangemode="tozero", tickformat=".0%")
    return framed(figure, HEIGHT).update_layout(hovermode="x unified")


def ranks_title(ranks: Mapping[str, Any]) -> str:
    """How many test items are among the first 20, and among all that are listed."""
    test, top_k = shares(ranks, Split.TEST.value), ranks["top_k"]
    few = min(FEW, top_k)
    title = f"{test[few - 1]:.1%} of the test items are among their user's first {few}"
    return title if few == top_k else f"{title}, {test[-1]:.1%} among the first {top_k}"


def ranks_line(ranks: Mapping[str, Any]) -> str:
    """How many held-out items are in no list, in a sentence."""
    absent = [_absent(split, of) for split, of in ranks["splits"].items()]
    hidden = Split.VALIDATION.value not in ranks["splits"]
    return f"Not among the first {ranks['top_k']}: {' and '.join(absent)}" + (
        "; validation items are masked in these lists." if hidden else "."
    )


def _absent(split: str, of: Mapping[str, Any]) -> str:
    found: Sequence[int] = of["found"]
    return f"{of['items'] - sum(found):,} of {of['items']:,} {split} items"
