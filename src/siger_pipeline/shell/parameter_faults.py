"""What is wrong with parameters, in the words of YAML."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from siger_pipeline.evaluation.config import METRIC
from siger_pipeline.models.registry import model_names
from siger_pipeline.shell.model_blocks import TRAIN

Where = Callable[[Sequence[str]], str]
"""Nested keys -> where the value stands, such as `conf/base/parameters.yml, line 3`; or nothing."""


def sentence(error: ValidationError, schema: type[BaseModel], where: Where) -> str:
    """The first fault in parameters: where it stands, what was found, and what is wanted.

    Args:
        error: of the validation.
        schema: the class of all parameters.
        where: values stand.
    """
    found = error.errors()
    # A wrong setting below the model's own parameters is wrong in `train` as well.
    own = {each["loc"][1:] for each in found if each["loc"][1:2] == (TRAIN,)}
    first, *others = sorted((each for each in found if each["loc"] not in own), key=_rank)
    keys = [str(part) for part in first["loc"]]
    key, value = ".".join(keys), first.get("input")
    if first["type"] == "extra_forbidden":
        known = _keys_beside(schema, keys)
        known = known if keys[1:] else sorted({*known, *model_names()})
        near = get_close_matches(keys[-1], known, n=1) or _in_one_block(schema, keys)
        wish = f"did you mean {near[0]!r}? " if near else ""
        text = f"no parameter {key!r} (found with value {value!r}); {wish}known there: "
        text += ", ".join(known)
    elif first["type"] == "missing":
        text = f"parameter {key!r} is missing"
    elif first["type"] == "model_type" and value is None:
        text = f"parameter {key!r} has nothing below it: indent its lines, or remove the key"
    elif first["type"] == "value_error" and len(keys) == 1 and isinstance(value, Mapping):
        text = (
            f"parameters of {key!r}: {in_words_of_yaml(first['msg'])}"  # of several, which it names
        )
    else:
        text = f"parameter {key!r} = {value!r}: {in_words_of_yaml(first['msg'])}"
    return place(where, keys) + text + (f" (and {len(others)} more)" if others else "")


def in_words_of_yaml(message: str) -> str:
    """What pydantic says, without its own terms: in configuration, tuples are lists."""
    own = {
        "Value error, ": "",
        "Tuple ": "List ",
        "valid tuple": "list",
        "valid dictionary": "block",
        "valid mapping": "block",
        f"String should match pattern '{METRIC}'": (
            "a metric at a list length is wanted, such as recall@20; there are recall, ndcg, "
            "precision and map"
        ),
    }
    for term, word in own.items():
        message = message.replace(term, word)
    return message.partition(" or instance of ")[0]


def _rank(error: Mapping[str, Any]) -> int:
    """Causes first: lines that are not indented, then a misspelt key, then what is missing."""
    if error["type"] == "model_type" and error["input"] is None:
        return 0
    return 1 if error["type"] == "extra_forbidden" else 2


def place(where: Where, keys: Sequence[str]) -> str:
    """Where the innermost of nested keys stands that stands anywhere, for the start of a line."""
    ends = range(len(keys), 0, -1)
    place = next((found for end in ends if (found := where(keys[:end]))), "")
    return f"{place}: " if place else ""


def truths_for_numbers(
    given: Any, checked: Any, keys: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Where true or false was given and a number was made of it."""
    if isinstance(given, Mapping) and isinstance(checked, Mapping):
        for key in given.keys() & checked.keys():
            yield from truths_for_numbers(given[key], checked[key], (*keys, str(key)))
    elif isinstance(given, list) and isinstance(checked, list | tuple):
        for inner, value in zip(given, checked, strict=False):
            yield from truths_for_numbers(inner, value, keys)
    elif isinstance(given, bool) and not isinstance(checked, bool):
        yield keys, given


def _keys_beside(schema: type[BaseModel], keys: list[str]) -> list[str]:
    block = _block(schema, keys[:-1])
    return sorted(block.model_fields) if block else []


def _in_one_block(schema: type[BaseModel], keys: list[str]) -> list[str]:
    """The key with the block beside it that has it, such as `mmrec.item_columns`, if one has."""
    blocks = {name: _block(schema, [*keys[:-1], name]) for name in _keys_beside(schema, keys)}
    inner = [f"{name}.{keys[-1]}" for name, b in blocks.items() if b and keys[-1] in b.model_fields]
    return inner if len(inner) == 1 else []


def _block(schema: type[BaseModel], keys: list[str]) -> type[BaseModel] | None:
    """The class of a nested block; None where these keys lead to none."""
    for key in keys:
        annotation = schema.model_fields[key].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return None
        schema = annotation
    return schema
