"""Many addresses, asked of a real server and kept in a real store."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fetching import web
from fetching.web import Server, config_for, encoded, in_turn, page, raw
from kedro_fresh.writing import WriteError
from siger_pipeline.datasets.picture_store import PictureStore
from siger_pipeline.fetching.download import Downloader
from siger_pipeline.fetching.fetch import Clock, Outcome, fetch

JPEG, PNG = encoded("JPEG"), encoded("PNG")


class FakeClock:
    """Time that passes while someone sleeps, and not else."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)


def fetched(
    server: Server,
    urls: Iterable[str],
    folder: Path,
    clock: FakeClock | None = None,
    names: dict[str, str] | None = None,
    say: Any = lambda line: None,
    **settings: Any,
) -> dict[str, Outcome]:
    config = config_for(server, **settings)
    look_up = (lambda host, port: [names[host]]) if names else None
    downloader = Downloader(config, look_up) if look_up else Downloader(config)
    ticking = (clock or FakeClock()).clock
    return fetch(urls, PictureStore(folder), config, downloader, say=say, clock=ticking)


def test_pictures_of_many_formats_and_what_is_none(server: Server, tmp_path: Path) -> None:
    pictures = {
        "/a.jpg": (JPEG, "JPEG"),
        "/b.gif": (PNG, "PNG"),  # the content counts, not the name
        "/c": (web.animation(), "GIF"),
        "/d": (encoded("WEBP"), "WEBP"),
        "/e": (encoded("JPEG", "CMYK"), "JPEG"),
        "/f": (encoded("PNG", "LA"), "PNG"),
        "/g": (encoded("TIFF", "I;16"), "TIFF"),
    }
    others = {
        "/page.jpg": (b"<!DOCTYPE html><html>", "it holds an HTML page, perhaps the message of a"),
        "/x.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it holds an SVG drawing"),
        "/xml.svg": (b"<?xml version='1.0'?><svg/>", "it holds an XML document"),
        "/huge.png": (web.huge_png(), "it has more than 100,000,000 pixels"),
        "/cut.jpg": (encoded("JPEG", size=(99, 99))[:400], "it is damaged or cut off"),
        "/empty": (b"", "it is empty (0 bytes)"),
        "/zip": (b"PK\x03\x04", "it holds a ZIP archive"),
        "/ps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "it holds a PostScript document"),
    }
    for path, (content, _) in {**pictures, **others}.items():
        server.pages[path] = page(200, content, Content_Type="image/jpeg")
    outcomes = fetched(server, map(server.url, {**pictures, **others}), tmp_path)
    for path, (content, form) in pictures.items():
        _, size, found, width, height = outcomes[server.url(path)]
        assert (size, found, width, height) == (len(content), form, 8, 6), path
    for path, (_, reason) in others.items():
        assert str(outcomes[server.url(path)]).startswith(reason), path
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == len(pictures)
    assert sum(server.asked.values()) == len(outcomes)  # none of these is worth another attempt


def test_an_address_is_asked_once_however_many_items_have_it(
    server: Server, tmp_path: Path
) -> None:
    server.pages["/x"] = page(200, JPEG)
    fetched(server, [server.url("/x")] * 5, tmp_path)
    assert sum(server.asked.values()) == 1


def test_temporary_failures_pass_and_pauses_are_as_long_as_they_must_be(
    server: Server, tmp_path: Path
) -> None:
    server.pages |= {
        "/500": in_turn(page(500), page(200, JPEG)),
        "/cut": in_turn(page(200, JPEG, Content_Length="9999", Connection="close"), page(200, PNG)),
        "/429": in_turn(page(429, Retry_After="40"), page(200, JPEG)),
        "/off": in_turn(raw(b""), raw(b""), page(200, JPEG)),
        "/down": page(503),
    }
    ticking, names = FakeClock(), dict.fromkeys(("a.test", "b.test"), "127.0.0.1")
    urls = [server.url(path, "a.test") for path in ("/500", "/cut", "/off", "/down")]
    slow = server.url("/429", "b.test")
    outcomes = fetched(server, [*urls, slow], tmp_path, ticking, names)
    failed = {url: outcome for url, outcome in outcomes.items() if isinstance(outcome, str)}
    assert failed == {urls[-1]: "503 Service Unavailable"} and len(outcomes) == 5
    assert server.asked["a.test", "/down"] == 4
    assert server.asked["b.test", "/429"] == 2
    assert ticking.time >= 40


def test_each_host_gets_a_few_requests_at_a_time(server: Server, tmp_path: Path) -> None:
    names = {"a.test": "127.0.0.1", "b.test": "127.0.0.1"}
    urls = []
    for n in range(6):
        server.pages[f"/{n}"] = web.slow(0.03, JPEG)
        urls += [server.url(f"/{n}", host) for host in names]
    outcomes = fetched(server, urls, tmp_path, names=names, per_host=2, connections=3)
    assert all(isinstance(outcome, tuple) for outcome in outcomes.values())
    assert server.most["a.test"] <= 2 and server.most["b.test"] <= 2


def test_a_host_that_nobody_knows_is_given_up_soon(server: Server, tmp_path: Path) -> None:
    ticking, asked = FakeClock(), []

    def unknown(host: str, port: int) -> list[str]:
        asked.append(host)
        raise OSError("no network")

    config = config_for(server, ports=[80])
    urls = [f"http://a.test/{n}" for n in range(500)]
    downloader = Downloader(config, unknown)
    store = PictureStore(tmp_path)
    outcomes = fetch(urls, store, config, downloader, say=print, clock=ticking.clock)
    assert set(outcomes.values()) == {"the host's name cannot be looked up"}
    assert set(outcomes) == set(urls)
    assert len(asked) <= config.attempts * config.per_host + config.per_host


def test_the_next_run_asks_only_for_what_failed_is_new_or_was_damaged(
    server: Server, tmp_path: Path
) -> None:
    server.pages |= {f"/{n}": page(200, encoded("PNG", "L", (n, 1))) for n in range(1, 7)}
    server.pages["/5"] = in_turn(page(404), server.pages["/5"])
    urls = [server.url(f"/{n}") for n in range(1, 6)]
    first = fetched(server, urls, tmp_path)
    assert first[urls[4]] == "404 Not Found"
    cut, linked = (file_of(tmp_path, first[urls[n]]) for n in (0, 1))
    cut.write_bytes(cut.read_bytes()[:-1])
    elsewhere = tmp_path / "elsewhere"
    linked.rename(elsewhere)
    linked.symlink_to(elsewhere)
    server.asked.clear()
    again = fetched(server, [*urls, server.url("/6")], tmp_path)
    assert {path for _, path in server.asked} == {"/1", "/2", "/5", "/6"}
    assert all(isinstance(outcome, tuple) for outcome in again.values())
    assert again == {**first, **{url: again[url] for url in (urls[4], server.url("/6"))}}
    assert not file_of(tmp_path, again[urls[1]]).is_symlink()
    server.asked.clear()
    assert fetched(server, again, tmp_path) == again
    assert not server.asked


def file_of(folder: Path, outcome: Outcome) -> Path:
    (found,) = folder.glob(f"*/*.{outcome[0]}.*")
    return found


def test_a_line_is_said_now_and_then(server: Server, tmp_path: Path) -> None:
    ticking, lines = FakeClock(), []  # type: FakeClock, list[str]
    answer = page(200, JPEG)

    def later(handler: web.Handler) -> None:
        ticking.time += 6
        answer(handler)

    server.pages |= {f"/{n}": later for n in range(4)}
    urls = [server.url(f"/{n}") for n in range(4)]
    fetched(server, [*urls, "ftp://a"], tmp_path, ticking, say=lines.append, connections=1)
    assert lines[0] == "pictures: 1 addresses are settled, 4 are asked"
    assert lines[1:] == [
        "pictures: 2 fetched and 0 failed of 4, 0.2 a second",
        "pictures: 4 fetched and 0 failed of 4, 0.2 a second",
    ]


def test_a_full_disk_ends_the_run_in_a_sentence_and_leaves_nothing_half_written(
    server: Server, tmp_path: Path
) -> None:
    server.pages["/x"] = page(200, JPEG)
    (tmp_path / "store").write_text("a file where the folder goes")
    with pytest.raises(WriteError, match="is a file and must be a folder"):
        fetched(server, [server.url("/x")], tmp_path / "store")


def test_an_error_of_ours_is_not_taken_for_a_failed_picture(server: Server, tmp_path: Path) -> None:
    class Broken(PictureStore):
        def keep(self, url: str, content: bytes) -> Any:
            raise ZeroDivisionError

    server.pages["/x"] = page(200, JPEG)
    config = config_for(server)
    with pytest.raises(ZeroDivisionError):
        fetch([server.url("/x")], Broken(tmp_path), config, Downloader(config), say=print)


KILLED = """
import sys
from pathlib import Path
from siger_pipeline.datasets.picture_store import PictureStore
from siger_pipeline.fetching.config import PicturesConfig
from siger_pipeline.fetching.download import Downloader
from siger_pipeline.fetching.fetch import fetch
folder, port, *urls = sys.argv[1:]
config = PicturesConfig(allow_private=True, ports=[int(port)])
fetch(urls, PictureStore(Path(folder)), config, Downloader(config), say=print)
"""


def test_after_a_kill_there_is_no_half_picture_and_the_rest_is_fetched(
    server: Server, tmp_path: Path
) -> None:
    answers = {f"/{n}": page(200, encoded("PNG", "L", (n + 1, 1))) for n in range(20)}
    urls = [server.url(path) for path in answers]
    server.pages = {**answers, **dict.fromkeys(list(answers)[10:], web.silent)}
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(server.port), *urls]
    with subprocess.Popen(arguments) as running:
        while len(list(tmp_path.glob("*/*.png"))) < 5:
            assert running.poll() is None
            time.sleep(0.01)
        os.kill(running.pid, signal.SIGKILL)
    before = {file for file in tmp_path.glob("*/*.png") if not file.name.startswith(".")}
    half = next(iter(before)).with_name(f".x.{'0' * 32}.tmp")
    half.write_bytes(b"half")
    server.pages = answers
    server.asked.clear()
    outcomes = fetched(server, urls, tmp_path)
    assert all(isinstance(outcome, tuple) for outcome in outcomes.values())
    assert len(server.asked) == 20 - len(before)
    assert not half.exists()
