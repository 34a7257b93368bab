"""A small Kedro project in a temporary folder, with nothing of recommenders in it."""

import importlib
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from kedro.framework import project
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_fresh import clock
from kedro_fresh.extra import with_code
from kedro_fresh.plan import Plan, plan
from kedro_fresh.project import open_freshness
from kedro_fresh.runner import FreshRunner

MODULES = {
    "__init__.py": "",
    "cleaning.py": '''
"""The first node."""
from shop.prices import rounded


def clean(raw, digits):
    return {name: rounded(price, digits) for name, price in raw.items()}
''',
    "training.py": '''
"""The second."""


def train(prices, model, rate):
    import importlib

    fitted = importlib.import_module(f"shop.models.{model}").fit(prices)
    return {"fitted": fitted * rate}, {"steps": 3}
''',
    "reporting.py": '''
"""The third."""


def report(fitted, history):
    from shop.words import line

    return {"line": line(fitted, history)}
''',
    "prices.py": "def rounded(price, digits):\n    return round(price, digits)\n",
    "words.py": "def line(fitted, history):\n    return f'{fitted} {history}'\n",
    "models/__init__.py": "",
    "models/mean.py": "def fit(prices):\n    return sum(prices.values()) / len(prices)\n",
    "models/most.py": "def fit(prices):\n    return max(prices.values())\n",
}
KIND = "shop_dataset.JsonFile"
CATALOG = f"""
raw: {{type: {KIND}, filepath: data/raw.json}}
prices: {{type: {KIND}, filepath: data/prices.json}}
fitted: {{type: {KIND}, filepath: data/MODEL/fitted.json, versioned: true}}
history: {{type: {KIND}, filepath: data/MODEL/history.json, versioned: true}}
report: {{type: {KIND}, filepath: data/MODEL/report.json, versioned: true}}
"""
PARAMETERS = {"digits": 1, "train": {"model": "mean", "rate": 2.0}}


@dataclass
class Shop:
    """The project: its folder, its catalog's text, and its clock, which names versions."""

    root: Path
    caplog: pytest.LogCaptureFixture
    catalog_text: str = CATALOG
    hour: int = 0
    replaced: dict[str, Node] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=lambda: {**PARAMETERS})

    def write(self, module: str, text: str) -> None:
        """Write a module's file."""
        path = self.root / "src" / "shop" / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def edit(self, module: str, old: str, new: str) -> None:
        """Replace a text in a module's file."""
        path = self.root / "src" / "shop" / module
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    @property
    def model(self) -> str:
        """The chosen one."""
        return str(self.parameters["train"]["model"])

    def pipeline(self) -> Pipeline:
        """Clean, train, report; with the modules as they are now."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        cleaning, training, reporting = (
            importlib.import_module(f"shop.{name}")
            for name in ("cleaning", "training", "reporting")
        )
        named = self.named.get("train", ())
        train = with_code(training.train, f"shop.models.{self.model}", *named)
        inputs = ["prices", "params:train.model", "params:train.rate"]
        made = {
            "clean": Node(cleaning.clean, ["raw", "params:digits"], "prices", name="clean"),
            "train": Node(train, inputs, ["fitted", "history"], name="train", tags="train"),
            "report": Node(reporting.report, ["fitted", "history"], "report", name="report"),
        }
        return Pipeline(list({**made, **self.replaced}.values()))

    def catalog(self, load_versions: dict[str, str] | None = None) -> DataCatalog:
        """The catalog, an hour after the last."""
        self.hour += 1
        config = yaml.safe_load(self.catalog_text.replace("MODEL", self.model))
        for entry in config.values():
            if "filepath" in entry and "://" not in entry["filepath"]:
                entry["filepath"] = str(self.root / entry["filepath"])
        made = DataCatalog.from_config(
            config,
            load_versions=load_versions,
            save_version=f"2026-01-01T{self.hour:02}.00.00.000Z",
        )
        flat = {"params:digits": self.parameters["digits"]}
        flat |= {f"params:train.{name}": value for name, value in self.parameters["train"].items()}
        for name, value in flat.items():
            made[name] = value
        return made

    def run(
        self, *nodes: str, force: bool = False, load_versions: dict[str, str] | None = None
    ) -> dict[str, str]:
        """What a run did with each node: ran, fresh or brought forward."""
        self.caplog.clear()
        pipeline = self.pipeline()
        chosen = pipeline.filter(node_names=list(nodes)) if nodes else pipeline
        with registered(pipeline), self.caplog.at_level(logging.DEBUG, "kedro_fresh"):
            FreshRunner(force=force).run(chosen, self.catalog(load_versions), None)
        return self.told()

    def told(self) -> dict[str, str]:
        """From the log: node -> ran, fresh or brought forward."""
        found = {}
        # Where the tests' process has had a session of the project, its hooks speak as well.
        own = (each for each in self.caplog.records if each.name.startswith("kedro_fresh"))
        for message in (each.getMessage() for each in own):
            name, _, rest = message.partition(": ")
            for how in ("ran", "fresh", "brought forward"):
                if rest.startswith((f"{how} in", f"{how} since", f"{how} from")):
                    found[name] = how
        return found

    def plan(self) -> Plan:
        """What a run would do, without one."""
        pipeline = self.pipeline()
        with registered(pipeline):
            return plan(open_freshness(pipeline, self.catalog()))

    def newest(self, name: str) -> Path:
        """The newest version's file."""
        return max((self.root / "data" / self.model / f"{name}.json").glob("*/*"))

    def record(self, node: str) -> Path:
        """The folder of a node's record."""
        (path,) = (self.root / "data" / ".fresh").glob(f"{node}-*/")
        return path

    def entries(self, node: str) -> list[Path]:
        """The files of a node's finished runs, the newest last."""
        return sorted(self.record(node).glob("*.json"))


@contextmanager
def registered(pipeline: Pipeline) -> Iterator[None]:
    """Kedro's account of the project that runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project, "PACKAGE_NAME", "shop")
        patch.setattr(clock, "STARTED_NS", time.time_ns())
        patch.setattr(project, "pipelines", {"__default__": pipeline})
        yield


def make_shop(root: Path, caplog: pytest.LogCaptureFixture) -> Shop:
    """The project in an empty folder; nothing has run."""
    (root / "data").mkdir(parents=True)
    (root / "pyproject.toml").write_text('[tool.kedro]\npackage_name = "shop"\n')
    (root / "data" / "raw.json").write_text('{"tea": 1.26, "milk": 2.55}')
    shop = Shop(root, caplog)
    for name, text in MODULES.items():
        shop.write(name, text)
    return shop
