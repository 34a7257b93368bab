import itertools
import pkgutil
import subprocess
import sys

import numpy as np
import pytest
from plotly.validators.scatter.marker import SymbolValidator
from skimage.color import deltaE_ciede2000, rgb2lab

from siger_pipeline import recommenders
from siger_pipeline.reporting.colours import KNOWN, OTHER_SHAPES, colour, marker, pale
from siger_pipeline.reporting.style import BEST

# What readers without medium- and without long-wave cones see of linear RGB: Machado, Oliveira and
# Fernandes, 2009, at full severity.
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413]]
DEUTERANOPIA += [[-0.011820, 0.042940, 0.968881]]
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216]]
PROTANOPIA += [[-0.003882, -0.048116, 1.051998]]


def linear(text: str) -> np.ndarray:
    values = np.array([int(text[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def seen(text: str, by: list[list[float]]) -> np.ndarray:
    light = np.clip(linear(text) @ np.array(by).T, 0, 1)
    return rgb2lab(np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def distance(one: str, other: str) -> float:
    views = (np.eye(3).tolist(), DEUTERANOPIA, PROTANOPIA)
    return min(float(deltaE_ciede2000(seen(one, by), seen(other, by))) for by in views)


def test_every_model_of_ours_has_a_colour_and_siger_has_that_of_the_best() -> None:
    modules = pkgutil.iter_modules(recommenders.__path__)
    assert {module.name for module in modules} == set(KNOWN)
    assert colour("siger") == BEST


def test_models_are_told_apart_by_colour_blind_readers_and_by_shape() -> None:
    for (one, shape), (other, other_shape) in itertools.combinations(KNOWN.values(), 2):
        assert distance(one, other) > (23 if shape == other_shape else 9), (one, other)


@pytest.mark.parametrize("text", sorted({colour for colour, _ in KNOWN.values()}))
def test_colours_are_seen_on_white_and_on_black(text: str) -> None:
    luminance = float(linear(text) @ [0.2126, 0.7152, 0.0722])
    assert 1.05 / (luminance + 0.05) > 2
    assert (luminance + 0.05) / 0.05 > 2


def test_an_unknown_model_gets_the_same_look_in_every_process() -> None:
    code = "from siger_pipeline.reporting.colours import *; print(colour('mine'), marker('mine'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [colour("mine"), marker("mine")]
    names = [f"model_{n}" for n in range(200)]
    assert {marker(name) for name in names} == set(OTHER_SHAPES)
    assert colour("siger") not in {colour(name) for name in names}
    assert not {shape for _, shape in KNOWN.values()} & set(OTHER_SHAPES)


def test_plotly_knows_every_shape() -> None:
    symbols = set(SymbolValidator().values)
    assert {*OTHER_SHAPES, *(shape for _, shape in KNOWN.values())} <= symbols


def test_a_pale_colour_is_the_same_one_seen_through() -> None:
    assert pale("#D55E00") == "rgba(213, 94, 0, 0.45)"
