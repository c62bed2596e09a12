"""The exercise `in_german`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.language.said import Thing
from minisora.language.translation import language_of
from minisora.language.write import noun

#: Nouns with their gender: masculine, feminine, neuter.
NOUNS = {
    "circle": ("Kreis", "m"),
    "square": ("Quadrat", "n"),
    "triangle": ("Dreieck", "n"),
    "star": ("Stern", "m"),
    "diamond": ("Raute", "f"),
    "ring": ("Ring", "m"),
}
#: Adjectives without their endings.
STEMS = {
    **{"small": "klein", "medium": "mittelgroß", "large": "groß"},
    **{"red": "rot", "orange": "orang", "yellow": "gelb", "green": "grün", "cyan": "türkis", "blue": "blau"},
    **{"purple": "violett", "white": "weiß"},
}
_ARTICLES = {"a": {"m": "ein", "f": "eine", "n": "ein"}, "the": {"m": "der", "f": "die", "n": "das"}}
_ARTICLES["dat"] = {"m": "dem", "f": "der", "n": "dem"}
_ENDINGS = {"a": {"m": "er", "f": "e", "n": "es"}, "the": dict.fromkeys("mfn", "e"), "dat": dict.fromkeys("mfn", "en")}


def in_german(size: str, colour: str, shape: str, case: str) -> str:
    """A thing in German: "ein kleiner roter Kreis" (``a``), "die rote Raute" (``the``), "dem roten Kreis" (``dat``)."""
    return noun(Thing(shape, colour, size), case, language_of("de"))


def _text(answer: object) -> str:
    if not isinstance(answer, str):
        raise CheckFailed("return a string: the article, both adjectives and the noun, with single spaces")
    return answer


def _asked(size: str, colour: str, shape: str, case: str, expected: str | None = None) -> Case:
    what = {"a": "as it is introduced", "the": "as it is called later", "dat": "as something is left of it"}[case]
    return Case(
        f"a {size} {colour} {shape}, {what} ({case!r})",
        lambda f: _text(f(size, colour, shape, case)),
        None if expected is None else lambda: expected,
    )


def _phrase(
    *,
    articles: Mapping[str, Mapping[str, str]] = _ARTICLES,
    endings: Mapping[str, Mapping[str, str]] = _ENDINGS,
    gender: Callable[[str], str] = lambda gender: gender,
    order: Callable[[str, str, str, str], str] = lambda article, size, colour, head: (
        f"{article} {size} {colour} {head}"
    ),
    both: bool = True,
    cased: Callable[[str], str] = lambda head: head,
) -> Solution:
    """German with these habits."""

    def solution(size: str, colour: str, shape: str, case: str) -> str:
        head, mine = NOUNS[shape]
        mine = gender(mine)
        ending = endings[case][mine]
        first = STEMS[size] + (ending if both else "")
        return order(articles[case][mine], first, STEMS[colour] + ending, cased(head))

    return solution


def _by_hand(size: str, colour: str, shape: str, case: str) -> str:
    head, gender = NOUNS[shape]
    if case == "a":
        article, ending = ("eine", "e") if gender == "f" else ("ein", "er" if gender == "m" else "es")
    elif case == "the":
        article, ending = {"m": "der", "f": "die"}.get(gender, "das"), "e"
    else:
        article, ending = ("der" if gender == "f" else "dem"), "en"
    return " ".join([article, *(STEMS[word] + ending for word in (size, colour)), head])


_NONE = {case: dict.fromkeys("mfn", "") for case in _ENDINGS}

IN_GERMAN = Exercise(
    name="in_german",
    reference=in_german,
    cases=(
        _asked("small", "red", "circle", "a", "ein kleiner roter Kreis"),
        _asked("large", "blue", "diamond", "a", "eine große blaue Raute"),
        _asked("medium", "green", "square", "a", "ein mittelgroßes grünes Quadrat"),
        _asked("small", "red", "circle", "the", "der kleine rote Kreis"),
        _asked("large", "white", "diamond", "the", "die große weiße Raute"),
        _asked("small", "yellow", "triangle", "the", "das kleine gelbe Dreieck"),
        _asked("small", "purple", "star", "dat", "dem kleinen violetten Stern"),
        _asked("large", "orange", "diamond", "dat", "der großen orangen Raute"),
        _asked("medium", "cyan", "triangle", "dat", "dem mittelgroßen türkisen Dreieck"),
        _asked("large", "orange", "ring", "a"),
    ),
    mistakes=(
        Mistake(
            "no endings",
            _phrase(endings=_NONE),
            "your adjectives have no endings: what stands in STEMS is only their beginning",
        ),
        Mistake(
            "all masculine",
            _phrase(gender=lambda gender: "m"),
            "all things are masculine with you: the gender stands in NOUNS, beside the word",
        ),
        Mistake(
            "neuter is masculine",
            _phrase(gender=lambda gender: "m" if gender == "n" else gender),
            "a square is masculine with you: *ein* is both, but it is ein rot**es** Quadrat, **das** rote Quadrat",
        ),
        Mistake(
            "endings as after ein",
            _phrase(endings={**_ENDINGS, "the": _ENDINGS["a"]}),
            "after der, die, das the adjective need not show the gender once more: the ending is -e for all three",
        ),
        Mistake(
            "dative as nominative",
            _phrase(endings={**_ENDINGS, "dat": _ENDINGS["the"]}),
            "in the dative (links von …) every adjective ends in -en",
        ),
        Mistake(
            "dative of the diamond",
            _phrase(articles={**_ARTICLES, "dat": dict.fromkeys("mfn", "dem")}),
            "the dative of die is *der*: links von der Raute. Only der and das become dem",
        ),
        Mistake(
            "one adjective only",
            _phrase(both=False),
            "only the colour has an ending with you: both adjectives take the same one",
        ),
        Mistake(
            "the noun without its capital",
            _phrase(cased=str.lower),
            "nouns have a capital letter in German: take them as they stand in NOUNS",
        ),
        Mistake(
            "colour before size",
            _phrase(order=lambda article, size, colour, head: f"{article} {colour} {size} {head}"),
            "the size stands before the colour: ein kleiner roter Kreis",
        ),
        Mistake(
            "adjectives behind the noun",
            _phrase(order=lambda article, size, colour, head: f"{article} {head} {size} {colour}"),
            "adjectives stand before the noun in German",
        ),
        Mistake(
            "no article",
            _phrase(order=lambda article, size, colour, head: f"{size} {colour} {head}"),
            "there is no article: ein, eine, ein; der, die, das; dem, der, dem",
        ),
        Mistake(
            "the case is not looked at",
            _phrase(articles=dict.fromkeys(_ARTICLES, _ARTICLES["a"]), endings=dict.fromkeys(_ENDINGS, _ENDINGS["a"])),
            "you always say ein: the last argument tells whether a thing is introduced (a), known (the), or what "
            "something is left of (dat)",
        ),
    ),
    alternatives=(_phrase(), _by_hand),
    hints=(
        "Two small tables are all: an article for each case and gender (nine of them), and an ending for each case and "
        "gender.",
        "Endings: after ein -er, -e, -es; after der, die, das always -e; in the dative always -en. Both adjectives "
        "take the same one.",
        '`head, gender = NOUNS[shape]`, then `f"{ARTICLES[case][gender]} {STEMS[size]}{ending} {STEMS[colour]}{ending} '
        '{head}"`.',
    ),
    becomes="minisora/language/german.py",
    minutes=12,
    difficulty=1,
    points=2,
    trains=False,
)
