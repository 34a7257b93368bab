"""A real browser without a display, and what a page in it complained of or asked for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
DRAWN = "() => [...document.querySelectorAll('.plot')].every((p) => p.ariaBusy === 'false')"
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Opened:
    """A page in the browser, everything unfolded, and whatever it complained of or asked for."""

    page: Page
    url: str
    width: int
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()


@contextmanager
def started_browser() -> Iterator[Browser]:
    """The browser; the test is skipped where there is none."""
    found = (shutil.which(name) for name in NAMES)
    program = os.environ.get("CHROMIUM") or next(filter(None, found), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} on the PATH, and CHROMIUM is not set")
    unconfined = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=unconfined)
        yield started
        started.close()


def opened(browser: Browser, file: Path, width: int, scheme: str = "light") -> Opened:
    made = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    shown = Opened(made, file.as_uri(), width)
    made.on("console", lambda message: shown.complaints.append(message.text))
    made.on("pageerror", lambda error: shown.complaints.append(str(error)))
    made.on("request", lambda request: shown.requests.append(request.url))
    made.goto(shown.url)
    made.evaluate(UNFOLD)
    made.wait_for_function(DRAWN)
    return shown
