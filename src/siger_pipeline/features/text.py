"""The text of an item: its fields without HTML, joined."""

import html
import re

import pandas as pd

from siger_pipeline.data.schema import Columns

FIELDS = [Columns.TITLE, Columns.BRAND, Columns.CATEGORIES, Columns.DESCRIPTION]
NOT_SHOWN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def join_fields(items: pd.DataFrame) -> list[str]:
    """One text an item: title, brand, categories and description; empty where all are null."""
    fields = items[FIELDS].fillna("").astype(str)
    rows = fields.itertuples(index=False, name=None)
    return [" ".join(filter(None, map(strip_html, row))) for row in rows]


def strip_html(text: str) -> str:
    """The text as a reader sees it: entities resolved, tags gone, white space folded.

    Shop data are often escaped more than once (`&amp;amp;`): resolved until nothing changes.
    """
    while (resolved := html.unescape(text)) != text:
        text = resolved
    return " ".join(TAG.sub(" ", NOT_SHOWN.sub(" ", text)).split())
