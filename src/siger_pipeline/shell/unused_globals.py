"""Globals that nothing reads, and what may be meant by them."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from siger_pipeline.data.raw_file import raw_files
from siger_pipeline.data.source import load_source
from siger_pipeline.plugins import SOURCES, own_names

READ_BY_CODE = {"dataset", "model", "raw"}
REFERENCE = re.compile(r"\$\{\s*(?:globals\s*:\s*)?(\w+)")


def unused_globals(keys: Iterable[str], texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each global that no code and no file of configuration reads, and advice on it.

    Args:
        keys: of globals.yml.
        texts: of the files of configuration.
    """
    used = READ_BY_CODE.union(*map(REFERENCE.findall, texts))
    for key in sorted(set(keys) - used):
        near = get_close_matches(key, used & set(keys) | READ_BY_CODE, n=1, cutoff=0.75)
        meant = _parameter_of_file(key) or next(iter(near), None)
        yield key, f"did you mean {meant!r}?" if meant else "take it out."


def _parameter_of_file(name: str) -> str | None:
    """The parameter of a source that names its raw file, such as `ingest.amazon.reviews`."""
    sources = (s for s in own_names(SOURCES) if name in raw_files(load_source(s).config))
    return next((f"ingest.{source}.{name}" for source in sources), None)
