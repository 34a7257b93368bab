"""What is wrong with a `${…}` of the configuration, with what there is instead."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

BUILT_IN = ("globals", "runtime_params")  # Kedro's own resolvers


def unresolved(said: str, known: Sequence[str], resolvers: Sequence[str], file: str) -> str:
    """What OmegaConf says of `${…}`, and what can stand there.

    Args:
        said: its message, a line.
        known: the names in globals.yml.
        resolvers: what can stand before the colon.
        file: globals.yml of the base, for the message.
    """
    if said.startswith("Cannot merge") and "ListConfig" in said:
        return "a list and keys for one parameter: a list is given whole, as in a.b=[1,2]"
    name = said.partition("'")[2].partition("'")[0]
    if "Globals key" in said:
        if not known:
            return f"no {name!r}, since {file} is missing or empty"
        near = get_close_matches(name, known, n=1)
        wish = f"did you mean {near[0]!r}? " if near else ""
        return f"no {name!r} in globals.yml; {wish}known are {', '.join(known)}"
    if said.startswith("Unsupported interpolation type"):
        name = said.removeprefix("Unsupported interpolation type").strip()
        return f"${{{name}:…}} is not known; known are {', '.join(resolvers)}"
    return said
