"""What the package says of itself agrees with itself."""

import tomllib

import yaml

from end_to_end.project import ROOT
from siger_pipeline import __version__

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_there_is_one_version() -> None:
    assert (PROJECT["version"], CITATION["version"]) == (__version__, __version__)


def test_the_citation_is_of_this_package_and_names_the_paper() -> None:
    assert (CITATION["license"], CITATION["keywords"]) == (PROJECT["license"], PROJECT["keywords"])
    assert [paper["url"] for paper in CITATION["references"]] == [PROJECT["urls"]["Paper"]]
