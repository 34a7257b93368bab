"""The small project with two nodes that depend on nothing of each other, and one after both."""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kedro.pipeline import Node, Pipeline

from kedro_fresh.runner import FreshRunner
from shop_project import KIND, Shop, registered

NODES = '''
import os
import time
from pathlib import Path


def meet(me, other):
    """Wait until the other node runs too."""
    Path(f"{me}.here").touch()
    end = time.monotonic() + 30
    while not Path(f"{other}.here").exists():
        assert time.monotonic() < end, f"{me} waits for {other}"
        time.sleep(0.01)


def left(prices):
    return {"process": os.getpid(), "sum": sum(prices.values())}


def right(prices):
    return {"process": os.getpid(), "most": max(prices.values())}


def both(left, right):
    return {"process": os.getpid(), "sum": left["sum"], "most": right["most"]}
'''
CATALOG = "\n".join(
    f"{name}: {{type: {KIND}, filepath: data/MODEL/{name}.json, versioned: true}}"
    for name in ("left", "right", "both")
)


@dataclass
class WideShop(Shop):
    """A shop with `left` and `right` after `clean`, and `both` after these."""

    altered: Callable[[Node], Node] = lambda node: node

    def pipeline(self) -> Pipeline:
        """All nodes, with the modules as they are now."""
        nodes = super().pipeline().nodes
        wide = importlib.import_module("shop.wide")
        nodes += [
            Node(wide.left, "prices", "left", name="left"),
            Node(wide.right, "prices", "right", name="right"),
            Node(wide.both, ["left", "right"], "both", name="both"),
        ]
        return Pipeline([self.altered(node) for node in nodes])

    def run_with(self, workers: int = 2, **options: Any) -> dict[str, str]:
        """What a run with workers did with each node."""
        self.caplog.clear()
        pipeline = self.pipeline()
        with registered(pipeline), self.caplog.at_level(logging.DEBUG, "kedro_fresh"):
            FreshRunner(workers=workers, **options).run(pipeline, self.catalog(), None)
        return self.told()

    def replace(self, name: str, body: str) -> None:
        """Give a node of wide.py another body."""
        head = f"def {name}("
        path = self.root / "src" / "shop" / "wide.py"
        start, _, rest = path.read_text().partition(head)
        arguments, _, rest = rest.partition(":\n")
        _, _, rest = rest.partition("\n\n\n")
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        path.write_text(f"{start}{head}{arguments}:\n{lines}\n\n{rest}")


def make_wide(shop: Shop) -> WideShop:
    """The wide project in the folder of a small one."""
    shop.write("wide.py", NODES)
    return WideShop(shop.root, shop.caplog, shop.catalog_text + CATALOG)
