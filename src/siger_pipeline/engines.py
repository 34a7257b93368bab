"""The names of the engines that tables may be computed by.

It imports none of them.
"""

from typing import Final

DUCKDB: Final = "duckdb"
SPARK: Final = "spark"
CONNECT: Final = "sc://"  # what addresses of Spark Connect servers begin with


def engine_name(text: str) -> str:
    """The text, if it names an engine.

    Raises:
        ValueError: it names none.
    """
    if text in (DUCKDB, SPARK) or text.removeprefix(CONNECT) not in ("", text):
        return text
    raise ValueError(
        f"must be {DUCKDB}, {SPARK}, or the address of a Spark Connect server such as "
        f"{CONNECT}localhost:15002"
    )
