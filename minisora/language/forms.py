"""How words take endings, and how they may be spelt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from minisora.worlds.vocabulary import split

#: For each last vowel of a stem the one that an ``I`` in its ending becomes (Turkish and Azerbaijani).
_HIGH = {
    **dict.fromkeys("aı", "ı"),
    **dict.fromkeys("eəi", "i"),
    **dict.fromkeys("ou", "u"),
    **dict.fromkeys("öü", "ü"),
}
_VOWELS = "aeıioöuüə"


def attach(stem: str, ending: str, *, low: str = "") -> str:
    """A stem with its ending: ``kare`` and ``(n)In`` give ``karenin``, ``klein`` and ``er`` give ``kleiner``.

    Args:
        stem: where it changes before a vowel, in both ways: ``üçbucaq/üçbucağ``.
        ending: ``I`` and ``A`` follow the last vowel of the stem, ``D`` its last consonant, and what stands in brackets
            is there only after a vowel. Other letters stay what they are.
        low: what ``A`` becomes after ``a ı o u``, and after the others.
    """
    plain, _, soft = stem.partition("/")
    if (plain[-1] if plain else "") not in _VOWELS:
        ending = re.sub(r"\(.\)", "", ending)
    ending = ending.replace("(", "").replace(")", "")
    stem = soft if soft and ending[:1] in tuple("IAaeiuаеиоуы") else plain
    for letter in ending:
        last = next((each for each in reversed(stem) if each in _VOWELS), "e")
        if letter == "I" and low:
            letter = _HIGH[last]
        elif letter == "A" and low:
            letter = low[last in "eəiöü"]
        elif letter == "D" and low:
            letter = "t" if stem[-1] in "fstkçşhp" else "d"
        stem += letter
    return stem


def pieces(text: str) -> list[str]:
    """Words and marks in lower case; ``İ`` and ``I`` both become ``i``, as :func:`fold` makes of ``ı``."""
    return split(unicodedata.normalize("NFC", text).replace("İ", "i"))


def fold(word: str, letters: Mapping[int, str], folds: Sequence[tuple[str, str]]) -> str:
    """One spelling for all ways to write a word: ``grün`` and ``gruen``, ``kırmızı`` and ``kirmizi``."""
    word = word.translate(letters)
    for pattern, spelt in folds:
        word = re.sub(pattern, spelt, word)
    return word
