"""The report's page in a real browser, on a phone and on a desktop, with hostile texts in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from end_to_end.browser import WIDER, Opened, opened, started_browser
from reporting.made_up import HOSTILE, page

WIDTHS = {"phone": 390, "desktop": 1200}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("page") / "report.html"
    written.write_text(page(), encoding="utf-8")
    return written


@pytest.fixture(scope="module", params=WIDTHS.values(), ids=WIDTHS)
def shown(request: pytest.FixtureRequest, browser: Browser, file: Path) -> Opened:
    return opened(browser, file, request.param)


def test_nothing_goes_wrong_and_nothing_is_asked_of_the_network(shown: Opened) -> None:
    assert shown.complaints == []
    assert shown.requests[0] == shown.url
    assert all(url.startswith("data:") for url in shown.requests[1:])


def test_the_page_is_as_wide_as_the_screen(shown: Opened) -> None:
    assert shown.page.evaluate(WIDER) == 0
    # Nor does anything stick out of its card, but what scrolls within it.
    outside = """[...document.querySelectorAll('.card > *, .tile > *, h1, h2, p')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)"""
    assert shown.page.evaluate(outside) == []


def test_columns_lie_within_the_screen(shown: Opened) -> None:
    places = shown.page.locator("#users .columns > div, #items .columns > div")
    boxes = places.evaluate_all("all => all.map((e) => e.getBoundingClientRect().toJSON())")
    assert len(boxes) == 8 * 3 + 8 * 3  # an item's neighbours in each of SIGER's item graphs
    assert all(box["left"] >= 0 and box["right"] <= shown.width for box in boxes)
    hidden = "all => all.some((e) => e.parentElement.scrollWidth > e.parentElement.clientWidth)"
    assert not places.evaluate_all(hidden)


def test_columns_are_stacked_on_a_phone(browser: Browser, file: Path) -> None:
    page = opened(browser, file, WIDTHS["phone"]).page
    lefts = "all => [...new Set(all.map((e) => e.getBoundingClientRect().left))].length"
    assert page.locator("#users .columns > div").evaluate_all(lefts) == 1
    assert page.locator("#items .columns > div").evaluate_all(lefts) == 2


def test_no_legend_entry_runs_into_another(shown: Opened) -> None:
    collisions = """[...document.querySelectorAll('#degrees_in_degree .legend')].flatMap((all) => {
        const end = all.closest('.plot').getBoundingClientRect().right;
        const texts = [...all.querySelectorAll('.legendtext')];
        const boxes = texts.map((e) => e.getBoundingClientRect());
        const met = (a, b) => a !== b && a.top < b.bottom && b.top < a.bottom
            && a.left <= b.left && a.right + 30 > b.left;
        return boxes.filter((a) => a.right > end || boxes.some((b) => met(a, b)));
    })"""
    assert shown.page.evaluate(collisions) == []


def test_every_figure_is_drawn_at_the_width_of_its_place(shown: Opened) -> None:
    assert shown.count(".plot") == 9
    assert shown.page.evaluate(
        """[...document.querySelectorAll('.plot')].every((place) => {
            const drawn = place.querySelector('.main-svg').getBoundingClientRect();
            const room = place.closest('figure').getBoundingClientRect();
            const marks = place.querySelectorAll('.trace path').length;
            return marks > 0 && drawn.width <= room.width + 26 && drawn.width > 0.7 * room.width;
        })"""
    )


def test_every_picture_is_there(shown: Opened) -> None:
    assert shown.count("img") > 8
    loaded = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    assert shown.page.evaluate(loaded)


def test_text_from_data_stays_text(shown: Opened) -> None:
    assert shown.page.evaluate("window.hacked") is None
    assert shown.count("main script:not([type='application/json'])") == 0
    assert shown.count("main a[href^='javascript'], main img[onerror], main b, .plot a") == 0
    for hostile in HOSTILE:
        assert shown.page.locator(".title", has_text=hostile).count() > 0, hostile
    labels = shown.page.locator("#comparison .ytick text").all_text_contents()
    assert any(HOSTILE[2] in label for label in labels), labels


def test_contents_lead_to_sections(shown: Opened) -> None:
    links = shown.page.locator(".sections a").evaluate_all("links => links.map((a) => a.hash)")
    assert len(links) == 7
    assert all(shown.count(f"section{link}") == 1 for link in links)


def test_what_the_run_lacks_leaves_no_error_behind(browser: Browser, tmp_path: Path) -> None:
    plain = tmp_path / "report.html"
    plain.write_text(page(graphs=False, epochs=0, pictures=False), encoding="utf-8")
    shown = opened(browser, plain, WIDTHS["phone"])
    assert shown.complaints == []
    assert shown.count(".plot .main-svg") >= shown.count(".plot") == 5


def test_figures_follow_the_colours_of_the_screen(browser: Browser, file: Path) -> None:
    shown = opened(browser, file, WIDTHS["desktop"], "dark")
    ink = "getComputedStyle(document.querySelector('#comparison .ytick text')).fill"
    dark = shown.page.evaluate(ink)
    assert dark == shown.page.evaluate("getComputedStyle(document.body).color")
    shown.page.emulate_media(color_scheme="light")
    shown.page.wait_for_function(f"(was) => {ink} !== was", arg=dark)
    assert shown.page.evaluate(ink) == shown.page.evaluate("getComputedStyle(document.body).color")
