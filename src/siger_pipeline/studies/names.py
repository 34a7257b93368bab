"""Names of trials, and of the data, features and floors that several trials share.

A name is what is varied, then what it is varied by: `siger+lambda_perturbation=0+seed=3`. Files
stand in folders of this name. Kedro allows fewer signs in its own names: there, a slug stands for
it, `siger-lambda_perturbation-0-seed-3`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from siger_pipeline.errors import ParameterError
from siger_pipeline.studies.spelling import escaped, spelt

LONGEST = 80  # signs of a name
DIGITS = 10  # of the hash at the end of a long one
VALUE = r"(?:-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?|[A-Za-z_]\w*)"
KEY = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
# Two names of this form whose keys are of the same parameters have different slugs.
USUAL = re.compile(rf"\w+(?:\+{KEY}={VALUE})*", re.ASCII)
# What stands beside the trials' folders in the folders of a data set.
TAKEN = {"correctors", "floors.json", "studies", "readings_of_test.jsonl"}


def varied(what: str, by: Mapping[str, Any]) -> str:
    """The name of something under overrides; without any, its own name.

    Args:
        what: such as a model.
        by: dotted key -> value.
    """
    pairs = (f"{escaped(key)}={spelt(value)}" for key, value in sorted(by.items()))
    name = "+".join([escaped(what), *pairs])
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:DIGITS]
    return f"{name[: LONGEST - DIGITS - 1]}~{digest}"


def trial_name(model: str, overrides: Mapping[str, Any]) -> str:
    """The name of a trial: of its model, and of the overrides that make it another one.

    Keys of the model's own block and of `train` stand without the name of the block.

    Args:
        model: its registered name.
        overrides: dotted key -> value, of those that differ from the configuration.

    Raises:
        ParameterError: the name is that of something else, or would leave the folder.
    """
    name = varied(model, {short_key(key, model): value for key, value in overrides.items()})
    if name.startswith(".") or name in TAKEN:
        raise ParameterError(
            f"the results of model {model!r} would stand in a folder {name!r}, which "
            + ("is taken" if name in TAKEN else "is no folder of their own")
            + ": give the model another name (its folder's, or its entry point's)"
        )
    return name


def short_key(key: str, model: str) -> str:
    """A dotted key without the block of the model, or `train`."""
    block, _, rest = key.partition(".")
    return rest if rest and block in (model, "train") else key


def slug(name: str) -> str:
    """A name for Kedro's nodes and datasets: of letters, digits, `_` and `-`."""
    text = re.sub(r"[^\w-]", "-", name, flags=re.ASCII)
    if USUAL.fullmatch(name):
        return text
    return f"{text}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
