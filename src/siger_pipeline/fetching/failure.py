"""Why an address gave no picture."""

SHOWN = 120  # characters of what a stranger wrote


class FetchError(Exception):
    """An address gave no picture; the message is the reason.

    Attributes:
        temporary: whether another attempt may succeed.
        of_host: whether other addresses of the host would fail likewise.
        wait: seconds that the host asks to be left alone for.
    """

    def __init__(
        self, reason: str, *, temporary: bool = False, of_host: bool = False, wait: float = 0
    ) -> None:
        super().__init__(reason)
        self.temporary = temporary
        self.of_host = of_host
        self.wait = wait


def shown(text: str) -> str:
    """What a stranger wrote, as part of a line: cut, and without signs that are not printed."""
    printed = "".join(sign if sign.isprintable() else "?" for sign in text[: SHOWN + 1])
    return f"{printed[:SHOWN]}…" if len(printed) > SHOWN else printed
