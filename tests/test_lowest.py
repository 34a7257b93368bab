"""The oldest releases that are tested are the lower bounds of the dependencies."""

import re
import tomllib

from end_to_end.project import ROOT

BOUND = re.compile(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)")


def test_each_lower_bound_is_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = dict(BOUND.match(each).groups() for each in project["dependencies"])  # type: ignore[union-attr]
    lines = (ROOT / "tests" / "lowest.txt").read_text().splitlines()
    tested = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert tested.keys() == bounds.keys()
    assert [name for name in bounds if not f"{tested[name]}.".startswith(f"{bounds[name]}.")] == []
