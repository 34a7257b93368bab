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
    assert shown.page.locator("main a[download]").count() > 10


def test_the_page_is_as_wide_as_the_screen(shown: Opened) -> None:
    assert shown.page.evaluate(WIDER) == 0
    # Nor does anything stick out of its card, but what scrolls within it.
    outside = """[...document.querySelectorAll('.card > *, .tile > *, h1, h2, p')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML)"""
    assert shown.page.evaluate(outside) == []


def test_columns_lie_within_the_screen(shown: Opened) -> None:
    places = shown.page.locator("#users .columns > div, #items .columns > div")
    boxes = places.evaluate_all("all => all.map((e) => e.getBoundingClientRect().toJSON())")
    assert len(boxes) == 3 + 3  # an item's neighbours in each of SIGER's item graphs
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
    assert shown.count(".plot") == 10
    assert shown.page.evaluate(
        """[...document.querySelectorAll('.plot')].every((place) => {
            const drawn = place.querySelector('.main-svg').getBoundingClientRect();
            const room = place.closest('figure').getBoundingClientRect();
            const marks = place.querySelectorAll('.trace path').length;
            return marks > 0 && drawn.width <= room.width + 26 && drawn.width > 0.7 * room.width;
        })"""
    )


def test_every_picture_is_there(shown: Opened) -> None:
    assert shown.count("img") > 4
    loaded = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
    assert shown.page.evaluate(loaded)


def test_text_from_data_stays_text(shown: Opened) -> None:
    assert shown.page.evaluate("window.hacked") is None
    assert shown.count("main script:not([type='application/json'])") == 0
    assert shown.count("main a[href^='javascript'], main img[onerror], main b, .plot a") == 0
    for n in range(20):
        shown.page.locator("#users .find button").nth(1).click()
        shown.page.locator("#items .find button").nth(1).click()
        for hostile in HOSTILE[n % 5 : n % 5 + 1]:
            assert shown.page.locator(".title", has_text=hostile).count() > 0, hostile
    assert shown.page.evaluate("window.hacked") is None
    labels = shown.page.locator("#comparison .ytick text").all_text_contents()
    assert any(HOSTILE[2] in label for label in labels), labels


def test_contents_lead_to_sections(shown: Opened) -> None:
    links = shown.page.locator(".sections a").evaluate_all("links => links.map((a) => a.hash)")
    assert len(links) == 8
    assert all(shown.count(f"section{link}") == 1 for link in links)


def test_a_user_is_found_by_the_keyboard_alone(browser: Browser, file: Path) -> None:
    shown = opened(browser, file, WIDTHS["phone"])
    users = shown.page.locator("#users .finder")
    users.get_by_label("User").focus()
    shown.page.keyboard.type("-U7")
    assert users.get_by_role("status").inner_text() == "1 found"
    shown.page.keyboard.press("Enter")
    assert users.locator(".chosen code").inner_text() == f"{HOSTILE[2]}-u7"
    assert users.locator(".matches button").count() == 0
    assert users.locator(".columns ol > li").count() == 10
    chip = users.locator(".chip").last.inner_text()
    marked = users.locator(".columns").locator(".hit", has_text="rank").count()
    assert chip.startswith(f"{marked} of ")
    users.get_by_label("User").fill("nobody of this name")
    assert users.get_by_role("status").inner_text() == "none here"
    assert shown.complaints == []


def test_reasons_are_unfolded_beside_what_they_are_for(browser: Browser, file: Path) -> None:
    page = opened(browser, file, WIDTHS["phone"]).page
    users = page.locator("#users .finder")
    before = users.locator(".chosen code").inner_text()
    assert users.locator("details.why").count() == 1, "first shown is a user with reasons"
    users.get_by_role("button", name="Next with reasons").press("Enter")
    assert users.locator(".chosen code").inner_text() != before
    users.locator("details.why summary").press("Enter")
    lines = users.locator("details.why li").all_inner_texts()
    assert [line.split()[0] for line in lines] == ["75", "25"]
    assert HOSTILE[1] in lines[0] and "kNN text k10 0.3" in lines[0]
    assert page.evaluate(WIDER) == 0


def test_an_item_is_found_by_words_of_its_title_and_from_a_list(
    browser: Browser, file: Path
) -> None:
    page = opened(browser, file, WIDTHS["desktop"]).page
    items = page.locator("#items .finder")
    items.get_by_label("Item").fill("HREF no. 14")
    assert items.get_by_role("status").inner_text() == "1 found"
    items.locator(".matches button").press("Enter")
    assert items.locator(".chosen").inner_text().startswith(f"{HOSTILE[2]} no. 14")
    weights = items.locator(".columns > div").first.locator(".weight").all_text_contents()
    assert [float(w) for w in weights] == sorted(map(float, weights), reverse=True)
    listed = page.locator("#users ol button.title").nth(3)
    title = listed.inner_text().removesuffix(" no title")
    listed.press("Enter")
    assert title in items.locator(".chosen").inner_text()
    assert page.evaluate("document.activeElement.id") == "find-items"


def test_a_folded_page_is_short_and_what_an_address_points_into_is_opened(
    browser: Browser, file: Path
) -> None:
    for width, most in (("phone", 9000), ("desktop", 5000)):
        page = browser.new_page(viewport={"width": WIDTHS[width], "height": 844})
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollHeight") <= most
        closed = page.locator("details:not([open])")
        folded = closed.count()
        assert folded > 5
        for event, left in (("beforeprint", 0), ("afterprint", folded)):
            page.evaluate(f"window.dispatchEvent(new Event('{event}'))")
            assert closed.count() == left
        page.goto(f"{file.as_uri()}#losses")
        page.wait_for_function("document.querySelector('#losses').ariaBusy === 'false'")
        assert page.locator("#losses").is_visible()
        page.close()


def test_a_table_is_taken_along_as_it_is(browser: Browser, file: Path, tmp_path: Path) -> None:
    page = opened(browser, file, WIDTHS["desktop"]).page
    with page.expect_download() as started:
        page.get_by_role("link", name="This run beside the floors").first.click()
    started.value.save_as(tmp_path / "table.csv")
    rows = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == ",recall@10,recall@20,ndcg@10,ndcg@20"
    assert rows[1] == '"siger, test",0.1000,0.2000,0.3000,0.4000'


def test_what_the_run_lacks_leaves_no_error_behind(browser: Browser, tmp_path: Path) -> None:
    plain = tmp_path / "report.html"
    plain.write_text(page(graphs=False, epochs=0, pictures=False), encoding="utf-8")
    shown = opened(browser, plain, WIDTHS["phone"])
    assert shown.complaints == []
    assert shown.count(".plot .main-svg") >= shown.count(".plot") == 6


def test_figures_follow_the_colours_of_the_screen(browser: Browser, file: Path) -> None:
    shown = opened(browser, file, WIDTHS["desktop"], "dark")
    ink = "getComputedStyle(document.querySelector('#comparison .ytick text')).fill"
    dark = shown.page.evaluate(ink)
    assert dark == shown.page.evaluate("getComputedStyle(document.body).color")
    shown.page.emulate_media(color_scheme="light")
    shown.page.wait_for_function(f"(was) => {ink} !== was", arg=dark)
    assert shown.page.evaluate(ink) == shown.page.evaluate("getComputedStyle(document.body).color")
