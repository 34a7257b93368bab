"""Python literals of untrusted files, written anew as JSON: parsed, never evaluated."""

from __future__ import annotations

import ast
import json
import multiprocessing
import re
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice

BLOCK = 4_000  # lines that a process gets at once
LOOKED_AT = 100  # lines that tell literals from JSON
LONGEST = 1 << 20  # characters of a literal: the parser takes some hundred times as much memory
DEEPEST = 20  # brackets within brackets
MOST_VALUES = 100_000
# No quantifier gives back what it took, so that a malicious line is read once: a string without
# an end goes to the end of the text, for the parser to refuse.
STRING = re.compile(r"""[uU]?(?:'(?:[^'\\]|\\.?)*+(?:'|$)|"(?:[^"\\]|\\.?)*+(?:"|$))""", re.DOTALL)
# What is left of a literal without its strings. A sign stands before a number alone: a long row of
# them is what exhausts the parser's stack.
PLAIN = re.compile(r"(?:[\s\[\]{}(),:]++|None|True|False|-?\d[\d.]*+(?:[eE][+-]?\d++)?)*+")
OPENING, CLOSING = "[{(", "]})"
# What a parser raises where a text is none of its language, or too large for it.
NOT_READ = (ValueError, SyntaxError, TypeError, RecursionError, MemoryError)


def are_literals(lines: Iterable[str]) -> bool:
    """Whether the first lines are Python literals of dictionaries, and none of them is JSON."""
    written = [line for line in islice(lines, LOOKED_AT) if line.strip()]
    records = [line for line in written if line.lstrip().startswith("{")]
    return any(_is_literal(line) for line in records) and not any(map(_is_json, records))


def as_json(lines: Iterable[str], processes: int) -> Iterator[str]:
    """The lines as JSON, in their order; one that is no literal of a dictionary stays as it is.

    Args:
        lines: one record each.
        processes: that parse blocks of lines side by side; a single block is parsed in this one.
    """
    blocks = _blocks(lines)
    first = list(islice(blocks, 2))
    if processes == 1 or len(first) < 2:
        for block in chain(first, blocks):
            yield from _block_as_json(block)
        return
    # Spawned: this process has threads, of the table engine for one, which a fork would break.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting: deque[Future[list[str]]] = deque()
        for block in chain(first, blocks):
            waiting.append(pool.submit(_block_as_json, block))
            if len(waiting) > 2 * processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    source = iter(lines)
    while block := list(islice(source, BLOCK)):
        yield block


def _block_as_json(block: list[str]) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd escapes, such as "\d", which are read as they are
        return [_line_as_json(line) for line in block]


def _line_as_json(line: str) -> str:
    if not _is_small(line):
        return line
    try:
        value = ast.literal_eval(line.strip())
        return json.dumps(value) if isinstance(value, dict) else line
    except NOT_READ:
        return line


def _is_small(line: str) -> bool:
    """Whether the text may go to the parser: strings, numbers and brackets, few and shallow."""
    if len(line) > LONGEST:
        return False
    plain = STRING.sub("", line)
    if PLAIN.fullmatch(plain) is None or plain.count(",") > MOST_VALUES:
        return False
    depth = 0
    for sign in plain:
        if sign in OPENING:
            depth += 1
            if depth > DEEPEST:
                return False
        elif sign in CLOSING:
            depth -= 1
    return True


def _is_literal(line: str) -> bool:
    return _line_as_json(line) is not line


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except NOT_READ:
        return False
    return True
