"""Sources of other packages: one module is enough, and what is wrong with it is said at once."""

from typing import Any

import ibis
import pytest
from pydantic import ValidationError

from parts import AddPart, add_part
from siger_pipeline.data.config import SplitConfig, check_together, ingest_model
from siger_pipeline.data.layout import INTERACTION_TYPES, ITEM_TYPES, conform
from siger_pipeline.data.source import load_source
from siger_pipeline.errors import ParameterError
from siger_pipeline.pipelines.ingest import nodes
from siger_pipeline.pipelines.ingest.pipeline import create_pipeline
from siger_pipeline.plugins import SOURCES
from siger_pipeline.shell.selection import Selection

__all__ = ["add_part"]

RATINGS = """
from typing import Annotated

from pydantic import Field

from siger_pipeline.blocks import PartConfig
from siger_pipeline.data.raw_file import DELIMITED, RawFile
from siger_pipeline.data.source import Read, Source


class Config(PartConfig):
    ratings: Annotated[str, RawFile(DELIMITED, "Ask the shop.", {"delimiter": ","})]
    threshold: float = Field(3, description="least rating that counts")


def read_interactions(ratings, threshold, items, max_bad_share):
    return Read(ratings)


def read_items(ratings):
    return Read(ratings)


SOURCE = Source(Config, read_interactions, read_items, has_times=False)
"""
INGEST = {"source": "ratings", "k_core": 5, "max_bad_share": 0.0}
SPLIT = {"ratios": [0.8, 0.1, 0.1], "seed": 999, "untrained_users": "leave"}


def checked(**changes: Any) -> Any:
    values = {**INGEST, **changes}
    return ingest_model(values).model_validate(values)


def inputs_of(source: str) -> dict[str, set[str]]:
    pipeline = create_pipeline(Selection(source, {}, "lightgcn", ()))
    reading = {"read_items", "read_interactions"}
    return {node.name: set(node.inputs) for node in pipeline.nodes if node.name in reading}


def test_a_source_in_one_file_is_wired_by_the_names_of_its_arguments(add_part: AddPart) -> None:
    add_part(SOURCES, "ratings", RATINGS)
    assert inputs_of("ratings") == {
        "read_items": {"params:ingest.source", "ratings_ratings"},
        "read_interactions": {
            *("params:ingest.source", "ratings_ratings", "items"),
            *("params:ingest.ratings.threshold", "params:ingest.max_bad_share"),
        },
    }


def test_its_parameters_are_checked_and_one_without_default_is_wanted(add_part: AddPart) -> None:
    add_part(SOURCES, "ratings", RATINGS)
    assert checked(ratings={"ratings": "a.csv"}).ratings.threshold == 3
    with pytest.raises(ValidationError, match=r"ratings\s+Field required"):
        checked()
    with pytest.raises(ValidationError, match=r"ratings\.treshold"):
        checked(ratings={"ratings": "a.csv", "treshold": 4})


def test_it_says_which_splits_it_can_give(add_part: AddPart) -> None:
    add_part(SOURCES, "ratings", RATINGS)
    ingest = checked(ratings={"ratings": "a.csv"})
    check_together(ingest, SplitConfig(strategy="leave_one_out", **SPLIT))
    for strategy, words in (("published", "hold no split"), ("temporal_global", "no times")):
        with pytest.raises(
            ParameterError, match=rf"'{strategy}' and ingest.source 'ratings': .*{words}"
        ):
            check_together(ingest, SplitConfig(strategy=strategy, **SPLIT))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import nothing_of_this_name", "cannot be imported (ModuleNotFoundError: No module named"),
        ("SOURCE = 3", ".SOURCE is 3, wanted is a siger_pipeline.data.source.Source"),
        ("", ".SOURCE is missing, wanted is a siger_pipeline.data.source.Source"),
    ],
)
def test_a_source_that_is_none_is_refused_by_name(add_part: AddPart, text: str, words: str) -> None:
    add_part(SOURCES, "broken", text)
    with pytest.raises(ParameterError, match=r"^source 'broken'") as caught:
        load_source("broken")
    assert words in str(caught.value)
    # Who does not choose it never meets it.
    ingest_model({**INGEST, "source": "amazon"})


def test_a_name_of_a_parameter_is_no_name_for_a_source(add_part: AddPart) -> None:
    add_part(SOURCES, "k_core", RATINGS)
    with pytest.raises(ParameterError, match="'k_core' is the name of a parameter of ingest"):
        ingest_model({**INGEST, "source": "k_core"})


@pytest.mark.parametrize("argument", ["rating", "items", "source"])
def test_an_argument_that_names_nothing_is_refused(add_part: AddPart, argument: str) -> None:
    text = RATINGS.replace("def read_items(ratings)", f"def read_items({argument})")
    add_part(SOURCES, "ratings", text.replace("return Read(ratings)\n\n\nS", "return None\n\n\nS"))
    with pytest.raises(ParameterError, match=f"read_items of part_of_.* asks for '{argument}'"):
        inputs_of("ratings")


def test_what_a_source_returns_is_checked_before_a_stage_works_on_it(add_part: AddPart) -> None:
    add_part(SOURCES, "ratings", RATINGS)
    rows = ibis.memtable({"user": ["u", None], "item": ["a", "a"]})
    with pytest.raises(ParameterError, match="source 'ratings' returned the columns user"):
        nodes.read_items("ratings", ratings=rows)
    inputs = {"threshold": 3.0, "items": rows, "max_bad_share": 0.0}
    with pytest.raises(ParameterError, match="source 'ratings' returned the columns user"):
        nodes.read_interactions("ratings", ratings=rows, **inputs)
    with pytest.raises(ParameterError, match="'ratings' returned 1 interactions without user"):
        nodes.read_interactions("ratings", ratings=conform(rows, INTERACTION_TYPES), **inputs)
    items = conform(rows, ITEM_TYPES)
    with pytest.raises(ParameterError, match="items has 2 rows of 1 items"):
        nodes.index_items(rows, items, 1)
