"""Plain-text tables for a terminal."""

from collections.abc import Sequence

from benchmarks.harness import Measured
from benchmarks.results import Row

HEADER = ("what", "median", "min – max", "peak MiB", "aim", "verdict", "beside it")


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns of equal width, two blanks apart; the first ``left`` and the last to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if place < left or place == len(row) - 1 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def table(rows: Sequence[Row]) -> str:
    """The rows of a benchmark, and under them what is to be known of some."""
    text = aligned([HEADER, *map(_cells, rows)])
    notes = [f"  {row.title}: {row.note}\n" for row in rows if row.note]
    guessed = [one for row in rows for one in (row.measured, *row.alternatives) if _part(one)]
    told = [f"  {one.label}: extrapolated from {_part(one)} of it\n" for one in guessed if one]
    return text + "".join(dict.fromkeys([*notes, *told]))


def _cells(row: Row) -> tuple[str, ...]:
    own = row.measured
    return (
        row.title,
        figure(row.value, row.unit),
        f"{number(min(own.samples))} – {number(max(own.samples))}" if own else "",
        f"{own.peak_mib:,.0f}" if own else "",
        "" if row.aim is None else f"≤ {figure(row.aim, row.unit)}",
        row.verdict,
        "; ".join(f"{label} {ratio:.3g}×" for label, ratio in row.ratios().items()),
    )


def _part(measured: Measured | None) -> str:
    return f"{measured.share:.1%}" if measured and measured.share < 1 else ""


def figure(value: float, unit: str) -> str:
    """A value with its unit."""
    return f"{value:,.0f} {unit}" if unit == "MiB" else f"{number(value)} {unit}"


def number(seconds: float) -> str:
    """Three digits that count."""
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"
