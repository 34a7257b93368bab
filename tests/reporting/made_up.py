"""Tables and pages made up for the tests of reports."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from ibis.expr.types import Table
from ibis.util import gen_name
from PIL import Image
from scipy import sparse

from arranged import arranged
from siger_pipeline.datasets.duckdb import connection
from siger_pipeline.evaluation.config import EvaluateConfig
from siger_pipeline.pipelines.report import nodes
from siger_pipeline.reporting.config import ReportConfig
from siger_pipeline.reporting.reasons import reasons

HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '<img src="https://example.org/x.png" onerror="window.hacked = 1">',
    "<b>bold</b> & <a href='javascript:window.hacked=1'>link</a>",
    '"><svg onload="window.hacked = 1">',
    "{{ 7 * 7 }} {% raw %}",
)
USERS, ITEMS = 20, 30
GRAPHS = ("cooccurrence-k5", "knn-image-k10", "knn-text-k10")


def in_duckdb(data: pd.DataFrame | dict[str, Any]) -> Table:
    return connection().create_table(gen_name("table"), pd.DataFrame(data), temp=True)


def world(seed: int = 0) -> dict[str, Table]:
    """Tables of a small data set whose ids and titles are hostile."""
    draw = np.random.default_rng(seed)
    rows = [
        (user, item, "train" if place % 3 else "test")
        for user in range(USERS)
        for place, item in enumerate(draw.permutation(ITEMS)[: 4 + user % 7])
    ]
    users = [f"{HOSTILE[n % len(HOSTILE)]}-u{n}" for n in range(USERS)]
    items = [f"{HOSTILE[n % len(HOSTILE)]}-i{n}" for n in range(ITEMS)]
    titles = [None if n % 6 == 5 else f"{HOSTILE[n % 6]} no. {n}" for n in range(ITEMS)]
    lists = [(u, i, place + 1) for u in users for place, i in enumerate(draw.permutation(items))]
    return {
        "splits": in_duckdb(pd.DataFrame(rows, columns=["user_id", "item_id", "split"])),
        "user_index": in_duckdb({"user_id": range(USERS), "user": users}),
        "item_index": in_duckdb({"item_id": range(ITEMS), "item": items}),
        "items": in_duckdb({"item": items, "title": titles}),
        "recommendations": in_duckdb(pd.DataFrame(lists, columns=["user", "item", "rank"])),
    }


def item_graphs(seed: int = 0) -> dict[str, sparse.csr_matrix]:
    draw = np.random.default_rng(seed)
    return {
        name: sparse.csr_matrix(np.where(draw.random((ITEMS, ITEMS)) < 0.3, draw.random(), 0.0))
        for name in GRAPHS
    }


def hostile_origin() -> dict[str, Any]:
    return {
        "trial": "siger",
        "overrides": {},
        "floors": HOSTILE[0],
        "model": "siger",
        "dataset": HOSTILE[0],
        "data": {
            "fingerprint": "sha256:0123456789",
            **{"users": USERS, "items": ITEMS, "interactions": 120},
            **{"train": 80, "validation": 0, "test": 40},
        },
        "split": {"strategy": HOSTILE[2]},
        "features": {"text": "matrix", HOSTILE[1]: "picture"},
        "features_note": HOSTILE[2],
        "seed": 999,
        "device": "cpu",
        "threads": [2],
        "parameters": {"siger": {"note": HOSTILE[0]}},
        "made_from": {"reads": ["interactions", "bipartite"]},
        "versions": {"python": "3.11"},
    }


def page(*, graphs: bool = True, epochs: int = 4, pictures: bool = True) -> str:
    """The page of a made-up run, by the nodes of the report stage."""
    tables = world()
    of_items = item_graphs() if graphs else {}
    items = tables.pop("items")
    lists = tables.pop("recommendations")
    lookup = nodes.look_up(items, **tables, recommendations=lists, **of_items)
    images = dict.fromkeys(items.to_pandas()["item"][::2], small_picture)
    return nodes.write_page(
        made_up_report(epochs),
        curves=nodes.draw_learning_curves(*curves(epochs), hostile_origin()),
        counts=in_duckdb(
            {"step": ["read"], "users": [1], "items": [2], "interactions": [3], "removed": [4]}
        ),
        graphs=nodes.describe_graphs(arranged(**tables)[0], **of_items),
        lookup=lookup,
        ranks=ranks_of(tables, lists),
        reasons=reasons_of(lookup),
        pictures=nodes.shrink_pictures(lookup, images) if pictures else None,
    )


def ranks_of(tables: dict[str, Table], lists: Table, mask: str = "train") -> dict[str, Any]:
    evaluate = EvaluateConfig(ks=(20,), top_k=ITEMS, mask=mask, block_mib=1)
    return nodes.rank_held_out(evaluate, **tables, recommendations=lists)


def reasons_of(lookup: dict[str, Any]) -> dict[str, Any]:
    """Made up: the first recommendation of each user has two reasons."""

    def explain(user: str, items: Sequence[str]) -> pd.DataFrame:
        rows = [
            (items[0], HOSTILE[1], None, 3.0, "knn-text-k10 0.3"),
            (items[0], "x", "X", 1.0, ""),
        ]
        return pd.DataFrame(rows, columns=["item", "because", "title", "share", "edges"])

    return reasons(lookup, explain)


def small_picture() -> Image.Image:
    return Image.new("RGBA", (10, 20), (200, 30, 30, 128))


def curves(epochs: int) -> tuple[Table, Table]:
    """history, timings."""
    number = list(range(1, epochs + 1))
    history = {
        "epoch": number,
        "loss": [1.0 / n for n in number],
        f"loss_{HOSTILE[2]}": [0.5 / n for n in number],
        "loss_bpr": [0.5 / n for n in number],
        "recall@20": [0.1 * n for n in number],
        "best": [True for _ in number],
    }
    seconds = {"epoch": number, "seconds_train": number, "seconds_validation": number}
    return in_duckdb(history), in_duckdb(seconds)


def made_up_report(epochs: int) -> dict[str, Any]:
    names = ("recall@10", "recall@20", "ndcg@10", "ndcg@20")
    figures = {name: 0.1 + n / 10 for n, name in enumerate(names)}
    groups = [
        ("test", group_by, group, 10, name, 0.2)
        for group_by in ("user_activity", "item_popularity")
        for group in ("Q1 (1-3)", f"Q2 {HOSTILE[2]}")
        for name in names
    ]
    columns = ["split", "group_by", "group", "users", "metric", "value"]
    history, timings = curves(epochs)
    paper = {
        "source": ["table1", "table1"],
        "dataset": [HOSTILE[0].lower()] * 2,
        "model": ["SIGER", HOSTILE[2]],
        "metric": ["recall@20", "recall@20"],
        "value": ["0.106", "0.1"],
        "line_number": [2, 3],
        "file": ["tables.csv"] * 2,
    }
    document, _ = nodes.write_report(
        {"test": figures, "validation": figures},
        group_metrics=in_duckdb(pd.DataFrame(groups, columns=columns)),
        floors={"popularity": {"test": figures}, HOSTILE[3]: {"test": figures}},
        history=history,
        timings=timings,
        paper_figures=in_duckdb(paper),
        origin=hostile_origin(),
        report=ReportConfig(features_note=HOSTILE[2], paper_note=HOSTILE[4]),
        missing_text=np.arange(ITEMS) < 3,
        missing_image=np.zeros(ITEMS, dtype=bool),
    )
    return document
