"""What a person sees while a run goes on: on a terminal, and in a file."""

import io
import logging
import math
import re
import signal
import time
from collections.abc import Iterator
from typing import Any
from unicodedata import east_asian_width

import pytest

from contracts.world import train_config
from siger_pipeline.shell import terminal as module
from siger_pipeline.shell.narration import (
    RUNNING,
    TRAINING,
    Narration,
    leave_terminal,
    standing_text,
    stopped_text,
)
from siger_pipeline.shell.terminal import Console
from siger_pipeline.training.trainer import Standing

LOG = logging.getLogger("siger_pipeline.of_a_test")


class Terminal(io.StringIO):
    """A stream that says it is a terminal; 80 columns, since it has no file."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """What is seen in the end."""
        lines, row = [""], 0
        for part in re.split(r"(\n|\r|\033\[A)", self.getvalue()):
            if part == "\n":
                row += 1
                lines += [""] * (row == len(lines))
            elif part == "\033[A":
                row -= 1
            elif part != "\r":
                lines[row] = part + lines[row][len(part) :]
        return [line.rstrip() for line in lines]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger with a `console` handler, as conf/logging.yml makes it."""
    root = logging.getLogger()
    before = root.handlers[:]
    loggers = [logging.getLogger(name) for name in ("siger_pipeline", "kedro_fresh")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.INFO)
    root.handlers[:] = [found for found in before if found.name != "console"]
    yield root
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    root.handlers[:] = before


def narrated(root: logging.Logger, stream: io.StringIO) -> tuple[Narration, logging.Handler]:
    handler = logging.StreamHandler(stream)
    handler.name = "console"
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    root.addHandler(handler)
    made = Narration()
    made.start()
    return made, handler


def standing(*recalls: float, **changes: Any) -> Standing:
    """After epochs of these validation figures; a best one is marked as the trainer does."""
    rows, best = [], -1.0
    for epoch, value in enumerate(recalls, start=1):  # NaN: an epoch without validation
        rows.append({"epoch": epoch, "loss": 0.5, "recall@20": value, "best": value > best})
        best = value if value > best else best
    config = train_config(patience=3, max_epochs=50)
    values = {"epoch": len(rows), "step": 10, "steps": 10, **changes}
    return Standing("siger", config, rows, **values)


def test_what_runs_is_the_last_line_of_a_terminal_and_goes_when_it_ends(
    root: logging.Logger,
) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    running = logging.getLogger(RUNNING)
    running.debug("%s: running, because %s", "build_knn", "it is new")
    assert terminal.screen() == ["build_knn: running, because it is new (0.0 s)"]
    LOG.warning("a picture is missing")
    time.sleep(0.15)
    running.debug("%s: running, because %s", "build_knn", "it is new")
    assert terminal.screen()[0].endswith("a picture is missing")
    assert terminal.screen()[1].startswith("build_knn: running")
    running.debug("")
    LOG.info("build_knn: ran in 0.2 s")
    made.stop()
    assert terminal.screen()[1:] == ["build_knn: ran in 0.2 s", ""]


def test_the_last_line_is_cut_to_the_terminals_width(root: logging.Logger) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug("x" * 300)
    assert terminal.screen() == ["x" * 79]
    made.stop()
    assert terminal.screen() == [""]


def test_each_node_that_runs_has_a_line_of_its_own(root: logging.Logger) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    running, events = logging.getLogger(RUNNING), logging.getLogger(TRAINING)
    for name in ("train.siger", "train.lightgcn"):
        running.debug("%s: running, because it is new", name, extra={"node": name})
        time.sleep(0.11)
    received = {"node": "train.siger", "shown": "siger: epoch 2", "stopped": ""}
    events.debug("epoch 2", extra=received)
    assert terminal.screen() == [
        "train.siger: epoch 2 (0.2 s)",
        "train.lightgcn: running, because it is new (0.1 s)",
    ]
    running.debug("", extra={"node": "train.siger"})
    assert terminal.screen() == ["train.lightgcn: running, because it is new (0.1 s)", ""]
    LOG.info("siger is through")
    running.debug("", extra={"node": "train.lightgcn"})
    made.stop()
    assert terminal.screen() == [terminal.screen()[0], ""]
    assert terminal.screen()[0].endswith("siger is through")


def test_no_more_lines_are_drawn_than_a_terminal_has(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE", (80, 5))
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    for name in "abcdef":
        logging.getLogger(RUNNING).debug("%s: running", name, extra={"node": name})
    logging.getLogger(RUNNING).debug("", extra={"node": "a"})
    assert terminal.screen()[:3] == ["b: running (0.0 s)", "c: running (0.0 s)", "and 3 more"]
    made.stop()


def test_a_file_gets_a_line_for_each_node_that_runs(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    monkeypatch.setattr(module, "QUIET", (0.2, 0.2))
    file = io.StringIO()
    made, _ = narrated(root, file)
    for name in ("one", "other"):
        logging.getLogger(RUNNING).debug("%s: running", name, extra={"node": name})
    wait_for(lambda: "other: running" in file.getvalue())
    made.stop()
    assert file.getvalue().startswith("INFO one: running (0.2 s)\nINFO other: running (0.2 s)\n")


def test_the_time_that_passes_is_shown(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug("build_knn: running")
    wait_for(lambda: "(0.3 s)" in terminal.getvalue())
    made.stop()


@pytest.mark.parametrize(("variable", "coloured"), [("", True), ("1", False)])
def test_a_warning_of_a_terminal_is_coloured_unless_colours_are_not_wanted(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch, variable: str, coloured: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", variable)
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    LOG.warning("below popularity")
    made.stop()
    level = "\033[33mWARNING\033[0m" if coloured else "WARNING"
    assert terminal.getvalue() == f"{level}: below popularity\n"


def test_a_terminal_that_cannot_go_back_gets_plain_lines(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug("build_knn: running")
    LOG.info("build_knn: ran in 0.2 s")
    made.stop()
    assert terminal.getvalue() == "INFO build_knn: ran in 0.2 s\n"


def test_a_file_gets_a_line_where_nothing_else_was_written_for_a_while(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TICK", 0.01)
    monkeypatch.setattr(module, "QUIET", (0.2, 0.2))
    file = io.StringIO()
    made, _ = narrated(root, file)
    running = logging.getLogger(RUNNING)
    running.debug("quick: running")
    running.debug("")
    LOG.info("quick: ran in 0.0 s")
    running.debug("slow: running, because it is new")
    assert file.getvalue() == "INFO quick: ran in 0.0 s\n"
    wait_for(lambda: file.getvalue().count("slow") == 2)
    made.stop()
    _, first, second, _ = file.getvalue().split("\n")
    assert first.startswith("INFO slow: running, because it is new (0.2 s)")
    assert second.startswith("INFO slow: running, because it is new (0.4 s)")


def test_the_configured_handler_comes_back(root: logging.Logger) -> None:
    made, handler = narrated(root, io.StringIO())
    assert handler not in root.handlers
    made.stop()
    made.stop()
    assert handler in root.handlers
    assert not [found for found in root.handlers if isinstance(found, Console)]
    assert not logging.getLogger(TRAINING).filters
    assert logging.getLogger(TRAINING).level == logging.NOTSET


def test_a_configuration_of_ones_own_is_left_alone(root: logging.Logger) -> None:
    before = root.handlers[:]
    made = Narration()
    made.start()
    assert root.handlers == before
    made.stop()


def test_a_terminal_that_goes_away_does_not_end_the_run(root: logging.Logger) -> None:
    class Gone(Terminal):
        def write(self, text: str) -> int:
            raise OSError("input/output error")

    made, _ = narrated(root, Gone())
    for _ in range(3):
        logging.getLogger(RUNNING).debug("build_knn: running")
    made.stop()


def test_a_terminal_that_knows_few_characters(root: logging.Logger) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    made, _ = narrated(root, terminal)  # type: ignore[arg-type]
    logging.getLogger(RUNNING).debug("train.siger: running, because rate 1 → 2")
    assert b"rate 1 ? 2" in terminal.buffer.getvalue()  # type: ignore[attr-defined]
    made.stop()


@pytest.mark.parametrize("closed", [True, False])
def test_without_an_error_stream_nothing_is_shown(root: logging.Logger, closed: bool) -> None:
    stream = io.StringIO()
    made, handler = narrated(root, stream)
    made.stop()
    if closed:
        stream.close()
    else:
        handler.stream = None  # type: ignore[attr-defined]
    again = Narration()
    again.start()
    assert handler in root.handlers
    again.stop()


def test_ctrl_c_leaves_the_terminal_without_the_last_line(root: logging.Logger) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug("build_knn: running")
    leave_terminal()
    assert terminal.screen() == [""]
    made.stop()


def test_sigterm_leaves_the_terminal_without_the_last_line_and_ends_the_process(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[int, object]] = []
    monkeypatch.setattr(
        "os.kill", lambda process, number: ended.append((number, signal.getsignal(number)))
    )
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug("build_knn: running")
    signal.raise_signal(signal.SIGTERM)
    assert terminal.screen() == [""]
    assert ended == [(signal.SIGTERM, signal.SIG_DFL)]
    made.stop()
    narrated(root, Terminal())[0].stop()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("text", ["中文" * 60, "one\nor\ttwo lines"], ids=["wide", "lines"])
def test_what_runs_stays_on_one_line(root: logging.Logger, text: str) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    logging.getLogger(RUNNING).debug(f"build_knn: running, because report.paper_note → {text}")
    drawn = terminal.getvalue()
    assert "\n" not in drawn
    assert sum(2 if east_asian_width(sign) == "W" else 1 for sign in drawn) < 80
    made.stop()
    assert terminal.screen() == [""]


def test_at_debug_every_event_is_a_line(root: logging.Logger) -> None:
    for name in ("siger_pipeline", "kedro_fresh"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    file = io.StringIO()
    made, _ = narrated(root, file)
    logging.getLogger(RUNNING).debug("build_knn: running")
    logging.getLogger(RUNNING).debug("")
    made.stop()
    assert file.getvalue() == "DEBUG build_knn: running\n"


def test_a_training_is_told_by_its_events(root: logging.Logger) -> None:
    terminal = Terminal()
    made, _ = narrated(root, terminal)
    events = logging.getLogger(TRAINING)
    events.debug("event", extra={"standing": standing(0.2, epoch=2, step=5)})
    assert terminal.screen() == [
        "siger: epoch 2 (50%), recall@20 0.2000, best 0.2000 at 1, patience left 3, loss"
    ]
    events.debug("event", extra={"standing": standing(0.3, 0.2, 0.2, 0.2, finished=True)})
    made.stop()
    assert terminal.screen() == [
        "siger: stopped at epoch 4 (patience), best validation recall@20 0.3000 at 1",
        "",
    ]


@pytest.mark.parametrize(
    ("of", "text"),
    [
        (standing(epoch=1, step=3), "siger: epoch 1 (30%)"),
        (standing(epoch=1), "siger: epoch 1, validating"),
        (
            standing(0.25, 0.2),
            "siger: epoch 2, recall@20 0.2000, best 0.2500 at 1, patience left 2, loss 0.5000",
        ),
        (standing(math.nan), "siger: epoch 1, loss 0.5000"),
        (
            standing(math.nan, 0.25, math.nan),
            "siger: epoch 3, recall@20 0.2500, best 0.2500 at 2, patience left 2, loss 0.5000",
        ),
    ],
)
def test_where_a_training_stands(of: Standing, text: str) -> None:
    assert standing_text(of) == text


def test_a_training_that_came_to_its_last_epoch() -> None:
    assert stopped_text(standing(0.1, 0.2)) == (
        "siger: stopped at epoch 2 (max_epochs), best validation recall@20 0.2000 at 2"
    )


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_run_that_was_broken_off_leaves_nothing_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training, handlers = logging.getLogger(TRAINING), [*logging.root.handlers]
    console = logging.StreamHandler()
    console.name = "console"
    monkeypatch.setattr(logging.root, "handlers", [*handlers, console])
    level, filters = training.level, [*training.filters]
    narration = Narration()
    narration.start()
    narration.start()  # the first one never ended
    narration.stop()
    assert (training.level, training.filters) == (level, filters)
    assert set(logging.root.handlers) == {*handlers, console}
