"""The site in a real browser: phone and desktop, light and dark, without a network.

Made-up results with hostile texts in them; that a run's own results become a site is at the end.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from end_to_end.browser import WIDER, opened, started_browser
from end_to_end.project import Project, copy_to
from reporting.site_made_up import LONG, dataset
from siger_pipeline.reporting.site.pages import site
from siger_pipeline.shell.site_folder import replace_site

PAGES = ("index", "shop/index", "shop/siger", "shop/mgcn")
PAGES += tuple(f"shop/studies/{name}" for name in ("table1", "sweep", "coverage"))
WIDTHS = {"phone": 390, "desktop": 1280}
# Once the texts of all plots have the colour of the page's.
IN_COLOURS = """() => [...document.querySelectorAll(".plot .xtick text")].every(
  (text) => getComputedStyle(text).fill === getComputedStyle(document.body).color)"""
ENOUGH = 4.5  # WCAG 2, level AA, for text of this size
# Of every text: the contrast of its colour with the nearest background that is not clear. Those on
# the gradient of the head are compared with both of its ends.
CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, over) => {
    canvas.globalCompositeOperation = "copy";
    canvas.fillStyle = over ? `rgb(${over.join()})` : "#fff";
    canvas.fillRect(0, 0, 1, 1);
    canvas.globalCompositeOperation = "source-over";
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const part = (v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.map(part);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const between = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const grounds = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const ends = at.matches(".top") && style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
      if (ends) return ends.map((colour) => rgb(colour));
      const clear = style.backgroundColor.match(/, 0\\)$/);
      if (!clear) return [rgb(style.backgroundColor)];
    }
    return [[255, 255, 255]];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const of = node.parentElement;
    if (!node.data.trim() || !of.checkVisibility() || of.closest("script, noscript")) continue;
    let opacity = 1;
    for (let at = of; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const style = getComputedStyle(of);
    const ink = of instanceof SVGElement ? style.fill : style.color;
    for (const ground of grounds(of)) {
      const solid = rgb(ink, ground).map((v, n) => opacity * v + (1 - opacity) * ground[n]);
      found.push([between(solid, ground), node.data.trim().slice(0, 40)]);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages") / "a site & more"
    replace_site(made, site([dataset()]))
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module", params=PAGES)
def address(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=WIDTHS.values(), ids=WIDTHS)
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_a_page_is_whole_readable_and_asks_nothing_of_the_network(
    browser: Browser, folder: Path, address: str, width: int
) -> None:
    shown = opened(browser, folder / f"{address}.html", width)
    assert shown.complaints == []
    assert all(url.startswith(("file:", "data:")) for url in shown.requests)
    assert shown.page.evaluate("window.hacked") is None
    assert shown.page.evaluate(WIDER) == 0
    marks = "all => all.every((place) => place.querySelectorAll('.trace path, .point').length > 0)"
    assert shown.page.locator(".plot").evaluate_all(marks)
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        shown.page.wait_for_function(IN_COLOURS)
        measured = shown.page.evaluate(CONTRAST)
        assert len(measured) > 10
        assert [each for each in measured if each[0] < ENOUGH] == [], scheme
    shown.page.close()


def test_what_is_wide_scrolls_in_its_own_box(browser: Browser, folder: Path) -> None:
    page = opened(browser, folder / "shop" / "studies" / "table1.html", 390).page
    boxes = "all => all.map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])"
    assert [True, 0] in page.locator(".scroll").evaluate_all(boxes)
    # The name of the row stays in sight.
    page.locator(".scroll").first.evaluate("box => { box.scrollLeft = 200; }")
    name = page.locator(".scroll tbody th").first
    assert name.evaluate("head => head.getBoundingClientRect().left >= 0")


def test_columns_are_sorted_by_keyboard_and_what_is_absent_comes_last(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder / "shop" / "index.html", 1280).page
    head = page.locator("table.sortable").first.locator("thead th").nth(5)
    rows = "all => all.map((row) => row.cells[5].textContent.trim())"
    values = page.locator("table.sortable").first.locator("tbody tr")
    assert head.get_attribute("aria-sort") is None
    for direction in ("descending", "ascending"):
        head.locator("button").press("Enter")
        assert head.get_attribute("aria-sort") == direction
        assert values.evaluate_all(rows) == ["0.1060", "0.1060", "–", "–"]
    first = page.locator("table.sortable").first.locator("thead th").first
    first.locator("button").press("Enter")
    names = values.evaluate_all("all => all.map((row) => row.cells[0].textContent.trim())")
    assert names == sorted(names) and names[-1] == LONG


def test_plots_follow_the_colours_of_the_screen(browser: Browser, folder: Path) -> None:
    shown = opened(browser, folder / "shop" / "index.html", 1280, "dark")
    ink = "getComputedStyle(document.querySelector('#models .ytick text')).fill"
    dark = shown.page.evaluate(ink)
    assert dark == shown.page.evaluate("getComputedStyle(document.body).color")
    shown.page.emulate_media(color_scheme="light")
    shown.page.wait_for_function(f"(was) => {ink} !== was", arg=dark)


def test_links_lead_from_the_first_page_to_all_others_and_back(
    browser: Browser, folder: Path
) -> None:
    page = opened(browser, folder / "index.html", 1280).page
    page.get_by_role("link", name="shop", exact=True).click()
    page.get_by_role("link", name=LONG).first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith(f"{LONG} on ")
    page.locator(".crumbs").get_by_role("link", name="shop").click()
    page.get_by_role("link", name="table1").click()
    assert page.get_by_role("heading", level=1).inner_text() == "table1 on shop"
    page.locator(".crumbs").get_by_role("link", name="Results").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Results"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = copy_to(tmp_path_factory.mktemp("project"))
    made.run("--params", "model=popularity")
    studies = made.path / "conf" / "local" / "studies.yml"
    studies.write_text("two: {models: [popularity, itemknn]}\n")
    made.run("--pipelines", "two")
    return made


def test_a_runs_own_results_become_a_site(project: Project, browser: Browser) -> None:
    done = project.kedro("site")
    assert done.returncode == 0, done.stderr
    assert "sample: 2 trials, 1 study" in done.stdout
    made = project.path / "data" / "08_reporting" / "site"
    assert "sample/itemknn.html" in json.loads((made / ".site.json").read_text())
    for name in ("index", "sample/index", "sample/popularity", "sample/studies/two"):
        shown = opened(browser, made / f"{name}.html", 390)
        assert shown.complaints == []
        assert shown.page.evaluate(WIDER) == 0
    assert shown.page.get_by_role("link", name="itemknn", exact=True).count() == 1
