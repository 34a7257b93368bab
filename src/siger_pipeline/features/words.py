"""The words of a text in any script, for TF-IDF.

Words are separated by blanks. Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without
blanks, so runs of their characters are cut into character n-grams. In the scripts of India, vowel
signs belong to a word, though Unicode does not class them as letters.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

# Scripts without blanks between words; any other character ends a run.
UNSPACED = "".join(
    (
        "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",  # Han
        "\U00020000-\U0003ffff",  # Han, rare
        "\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff",  # kana
        "\u3105-\u312f\u31a0-\u31bf",  # Bopomofo
        "\u0e01-\u0e3a\u0e40-\u0e4e\u0e50-\u0e59",  # Thai
        "\u0e81-\u0edf",  # Lao
        "\u1000-\u1049\u1050-\u109f\ua9e0-\ua9fe\uaa60-\uaa7f",  # Burmese
        "\u1780-\u17d3\u17d7\u17dc\u17dd\u17e0-\u17e9",  # Khmer
    )
)
RUN = re.compile(f"[{UNSPACED}]+")
# Blocks of scripts whose vowel signs are marks: Thaana, those of India, Tibetan and others.
SIGNED_BLOCKS = ((0x0780, 0x0E00), (0x0F00, 0x1000), (0x1700, 0x1CFF), (0xA800, 0xAC00))
JOINERS = re.compile("(?<=[\u0900-\u0dff])[\u200c\u200d]")


def analyser(ngram: int) -> Callable[[str], list[str]]:
    """A function from a text to its words and n-grams of words, without accents and case.

    For a text with blanks the result is that of scikit-learn's own analyser: words of at least two
    letters, and n-grams of up to `ngram` words.

    Args:
        ngram: longest n-gram of words. Those of characters, in scripts without blanks, are one
            longer, since a character is less than a word.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    of_words: Callable[[str], list[str]] = CountVectorizer(
        strip_accents="unicode", ngram_range=(1, ngram), token_pattern=_word_pattern()
    ).build_analyzer()

    def analyse(text: str) -> list[str]:
        if text.isascii():
            return of_words(text)
        # Half-width kana and presentation forms become the usual ones, with their marks.
        composed = unicodedata.normalize("NFKC", text.lower())
        runs = RUN.findall(composed)
        rest = RUN.sub(" ", composed) if runs else text
        pieces = [piece for run in runs for piece in _character_ngrams(run, ngram + 1)]
        return of_words(JOINERS.sub("", rest)) + pieces

    return analyse


def _character_ngrams(run: str, longest: int) -> Iterator[str]:
    """N-grams of 1 … `longest` characters, each with the marks that follow it."""
    characters = re.findall(f"[{UNSPACED}][{_marks_without_blanks()}]*", run)
    for length in range(1, longest + 1):
        for start in range(len(characters) - length + 1):
            yield "".join(characters[start : start + length])


def _word_pattern() -> str:
    """scikit-learn's pattern of a word, with the vowel signs that `\\w` lacks."""
    signs = (
        chr(code)
        for first, end in SIGNED_BLOCKS
        for code in range(first, end)
        if unicodedata.category(chr(code)) in ("Mn", "Mc")
    )
    return rf"(?u)\b\w[\w{''.join(signs)}]+"


@cache
def _marks_without_blanks() -> str:
    """The marks (Unicode category M) of the scripts without blanks."""
    codes = range(0x0E00, 0x3100)
    return "".join(
        chr(code)
        for code in codes
        if unicodedata.category(chr(code)).startswith("M") and RUN.match(chr(code))
    )
