"""What the Studio offers while a prompt is typed: how it could go on, and known words for unknown ones."""

from __future__ import annotations

import re
from collections.abc import Collection

from minisora.language.tongue import lexicon
from minisora.language.translation import LANGUAGES, detect, language_of, offers
from minisora.worlds.scene import COLOURS, SHAPES, SIZES
from minisora.worlds.vocabulary import DIGITS, WORDS, nearest, split

#: For a prompt that is still empty.
EXAMPLES = (
    "a red circle moves right",
    "a small yellow star spins on a navy background",
    "a large green triangle bounces",
    "a blue square moves up and to the left",
    "a red circle moves right and a blue square bounces",
)

_VERBS = ("moves", "bounces", "orbits", "spins", "grows", "shrinks", "blinks", "stays still")
_SIDES = ("left", "right", "up", "down")
#: What often comes next, where nothing has been typed of the next word.
_NEXT: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(DIGITS, ("moves", "stays still")),
    **dict.fromkeys(("a", "an", "the", "one"), (*SIZES, *COLOURS)),
    "and": ("a",),
    **dict.fromkeys(SIZES, COLOURS),
    **dict.fromkeys(COLOURS, SHAPES),
    **dict.fromkeys(SHAPES, _VERBS),
    "handwritten": DIGITS,
    "moves": _SIDES,
    "up": ("and to the left", "and to the right"),
    "down": ("and to the left", "and to the right"),
    **dict.fromkeys(("right", "left", "still", *_VERBS[1:-1]), ("and a", "on a navy background", "under a cloudy sky")),
}


def completions(text: str, *, n: int = 11) -> list[str]:
    """Up to ``n`` whole prompts that begin with ``text`` and end with a known word."""
    if not text.strip():
        return list(EXAMPLES)
    begun = _begun(text)
    if begun:
        code, _ = detect(text)
        words = WORDS if code == "en" else list(dict.fromkeys(lexicon(language_of(code)).spelt.values()))
        words = [word for word in words if len(word) > 1 and word.lower().startswith(begun) and word.lower() != begun]
        return [text[: len(text) - len(begun)] + word for word in words[:n]]
    said = split(text)
    following = _NEXT.get(said[-1], ()) if said and text[-1].isspace() else ()
    return [text + words for words in following[:n]]


def unknown(text: str, *, typing: bool = False, also: Collection[str] = ()) -> dict[str, list[str]]:
    """Every word that is not known, with up to three that it may be meant for.

    ``typing``: a last word that may become a known one is passed over. ``also``: words that only some weights know.
    """
    begun = _begun(text) if typing else ""
    if begun and split(text)[-1] == begun and _may_become(begun, text, also):
        text = text[: len(text) - len(begun)]
    code, wrong = detect(text, also=also)
    if code == "en":
        return {word: nearest(word) for word in wrong}
    return {word: offers(word, lexicon(language_of(code))) for word in wrong}


def _may_become(begun: str, text: str, also: Collection[str]) -> bool:
    """Whether a word that is being typed may become a known one, in the language of the text."""
    if any(word.startswith(begun) for word in (*WORDS, *also)):
        return True
    codes = LANGUAGES[1:] if text.strip().lower() == begun else [detect(text, also=also)[0]]
    known = (word for code in codes if code != "en" for word in lexicon(language_of(code)).spelt)
    return any(word.startswith(begun) for word in known)


def replaced(text: str, word: str, other: str) -> str:
    """The text with ``other`` in place of a whole word, in whatever case it was written."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", other, text, count=1, flags=re.IGNORECASE)


def _begun(text: str) -> str:
    """The last word of a text, in lower case, if it may still be going on."""
    found = re.search(r"\w+$", text)
    return found[0].lower() if found else ""
