"""What is wrong with a study of `studies.yml`, in words of YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from siger_pipeline.evaluation.config import FusionConfig
from siger_pipeline.shell.parameter_faults import in_words_of_yaml
from siger_pipeline.studies.config import CoverageConfig, SignificanceConfig, StudyConfig
from siger_pipeline.studies.search import SearchConfig

BLOCKS: dict[str, type[BaseModel]] = {
    "coverage": CoverageConfig,
    "fusion": FusionConfig,
    "search": SearchConfig,
    "tests": SignificanceConfig,
}
OF_KEY = "[key]"  # at the end of pydantic's place of a key


def fault_of(error: ValidationError) -> tuple[list[str], str]:
    """The keys at which a study is wrong, and what is wrong there, after its name.

    A misspelt key comes first: what is missing, is missing because of it.
    """
    first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    keys, kind, found = [str(part) for part in first["loc"]], first["type"], first.get("input")
    what = ".".join(keys)
    if kind == "extra_forbidden":
        known = BLOCKS.get(keys[0] if keys[1:] else "", StudyConfig).model_fields
        wish = did_you_mean(keys[-1], known)
        return keys, f"has no key {what!r}; {wish}there are {', '.join(known)}"
    if keys and keys[-1] == OF_KEY:
        if kind == "string_type":
            return keys[:-2], (
                f"has the key {json.dumps(found)} in {'.'.join(keys[:-2])}, which is no text for "
                "YAML: write it in quotation marks"
            )
        what = f"the name {found!r} in {'.'.join(keys[:-2])}"
        return keys[:-2], f"cannot be read: {what}: {in_words_of_yaml(first['msg'])}"
    if kind == "too_short":
        return keys, f"is empty: {what} has no value"
    if kind == "missing":
        return keys, f"lacks {what!r}"
    near = ""
    if kind == "literal_error" and isinstance(found, str):
        near = did_you_mean(found, re.findall("'([^']+)'", first["ctx"]["expected"]))
    return keys, (
        f"cannot be read: {what or 'it'} is {found!r}; {near}{in_words_of_yaml(first['msg'])}"
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean …? ` with what is most like a name; empty where nothing is."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}? " if near else ""
