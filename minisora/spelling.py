"""Which known words an unknown one may be a slip of."""

from __future__ import annotations

from collections.abc import Iterable

#: Longest unknown word that is compared with known ones, and that is shown whole in a message.
LONGEST = 40


def slips(word: str, known: Iterable[str], *, n: int = 3) -> list[str]:
    """Up to ``n`` known words that are fewest slips of the keyboard away, those with the same first letter in front.

    A word of three or four letters may have one slip, one of five to seven two, a longer one three: with more it is
    another word. Among equals the order of ``known`` decides.
    """
    if not 3 <= len(word) <= LONGEST:
        return []
    allowed = 1 if len(word) < 5 else 2 if len(word) < 8 else 3
    near = [each for each in known if len(each) > 1 and abs(len(each) - len(word)) <= allowed]
    far = {each: distance(word, each) for each in near}
    best = min(far.values(), default=allowed + 1)
    found = [each for each in near if far[each] == best <= allowed]
    return sorted(dict.fromkeys(found), key=lambda each: each[0] != word[0])[:n]


def distance(a: str, b: str) -> int:
    """How many letters were left out, added, mistaken or swapped with their neighbour (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]


def named(unknown: Iterable[str], offers: dict[str, list[str]], *, most: int = 5) -> str:
    """Unknown words in a line, each with what it may be meant for: ``unknown words 'grene' (try 'green'), 'cat'``."""
    words = list(unknown)
    shown = [repr(word if len(word) <= LONGEST else word[: LONGEST - 3] + "...") for word in words[:most]]
    tries = [", ".join(map(repr, offers.get(word, []))) for word in words[:most]]
    if len(words) == 1:
        return f"unknown word {shown[0]}" + (f": try {tries[0]}" if tries[0] else "")
    each = [f"{word} (try {some})" if some else word for word, some in zip(shown, tries, strict=True)]
    more = [f"and {len(words) - most} more"] if len(words) > most else []
    return f"unknown words {', '.join([*each, *more])}"
