"""Parameters in the project's catalog are as in Kedro's own."""

from kedro.io import MemoryDataset

from siger_pipeline.context import QuickCatalog
from siger_pipeline.datasets.text import TextDataset


def test_a_parameter_is_loaded_as_a_copy() -> None:
    catalog = QuickCatalog()
    given = {"ks": [5, 10]}
    catalog["params:evaluate"] = given
    given["ks"].append(20)
    catalog.load("params:evaluate")["ks"].append(50)
    assert catalog.load("params:evaluate") == {"ks": [5, 10]}


def test_all_else_is_as_in_kedros_own() -> None:
    own, text = MemoryDataset(1), TextDataset(filepath="report.md")
    catalog = QuickCatalog({"params:seed": own, "report": text})
    catalog["table"] = [1, 2]
    assert catalog["params:seed"] is own
    assert catalog["report"] is text
    assert catalog.load("table") == [1, 2]
