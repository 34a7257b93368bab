"""Pages of HTML from the templates, with styles and scripts within them or in a shared folder."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly import graph_objects as go
from plotly.offline import get_plotlyjs

from siger_pipeline.reporting.colours import colour
from siger_pipeline.reporting.downloads import downloads
from siger_pipeline.reporting.labels import graph_label

STYLE, PLOTLY = "page.css", "plotly.min.js"
SCRIPTS = ("page.js", "lookup.js")  # the page's own, in the order in which they run
ASSETS = "assets"  # the shared folder of a site
VERSION = "%Y-%m-%dT%H.%M.%S.%fZ"  # Kedro's, in UTC
# 'self' of a file is not the same to every browser.
BESIDE = "'self' file:"


def self_contained(template: str, **values: Any) -> str:
    """A page that holds its style and its scripts; no other script may run.

    Args:
        template: name of the file.
        values: of its variables; all text is escaped.
    """
    scripts = [get_plotlyjs(), *map(source, SCRIPTS)]
    return (
        _environment()
        .get_template(template)
        .render(
            **values,
            root=None,
            style=Markup(source(STYLE)),
            scripts=[Markup(script) for script in scripts],
            may_run=" ".join(f"'{integrity(script)}'" for script in scripts),
            may_style="'unsafe-inline'",
        )
    )


def page_of_site(template: str, root: str, **values: Any) -> bytes:
    """A page that refers to the shared folder of `assets`, and holds no script of its own.

    Args:
        template: name of the file.
        root: relative path from the page's folder to that of the site, such as `../`; or empty.
        values: of its variables; all text is escaped.
    """
    page = _environment().get_template(template)
    places = {"root": root, "may_run": BESIDE, "may_style": f"{BESIDE} 'unsafe-inline'"}
    return page.render(**values, **places).encode()


def assets() -> dict[str, bytes]:
    """Path below the site -> content, of what its pages share."""
    texts = {name: source(name) for name in (STYLE, *SCRIPTS)} | {PLOTLY: get_plotlyjs()}
    return {f"{ASSETS}/{name}": text.encode() for name, text in texts.items()}


def as_json(figure: go.Figure) -> Any:
    """Data and layout of a figure as JSON has values, whatever JSON libraries are installed."""
    return json.loads(figure.to_json(engine="json"))


def integrity(script: str) -> str:
    """`sha256-…` of a script, as a Content-Security-Policy names those that may run."""
    return f"sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}"


def source(name: str) -> str:
    """The text of a template's file, as it is."""
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def when(version: str) -> str:
    """A version of Kedro's as a time that people read; any other as it is."""
    try:
        return f"{datetime.strptime(version, VERSION):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return version


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("siger_pipeline.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"graph_label": graph_label, "colour": colour, "when": when}
    environment.globals["downloads"] = downloads
    return environment
