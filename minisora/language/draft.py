"""The first half of upsampling: a prompt in everyday words becomes one in the words of captions, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from minisora.errors import UserError
from minisora.language.everyday import PASSED_OVER, dictionary
from minisora.spelling import named
from minisora.worlds.lexicon import (
    DESCRIBES,
    ELSE,
    GROUND,
    MEANING,
    OBJECT,
    PACE,
    PLURALS,
    SIDES,
    TINTS,
    VERB_FORMS,
)
from minisora.worlds.scene import COLOURS, SIZES
from minisora.worlds.vocabulary import DIGITS, KNOWN, nearest, split

#: For an unknown word a known one, or one of the dictionary, or None: a sentence encoder, say.
Similar = Callable[[str], str | None]

_BORDERS = frozenset({",", ".", "and", "while", "as", "with"})


class Draft:
    """The prompt in known words, with what became of each."""

    def __init__(self, prompt: str, dice: Random, similar: Similar | None) -> None:
        self.prompt, self.dice, self.similar = prompt, dice, similar
        self.kept: list[str] = []
        self.replaced: list[tuple[str, str]] = []
        self.added: list[str] = []
        self.passed_over: list[str] = []

    def words(self) -> list[str]:
        """Known words, in which there is an object, and everything that moves goes somewhere."""
        words, usual = self._known(split(self.prompt))
        words = _one_by_one(_noun_first(_got(self._usual(words, usual))))
        words = self._several(words)
        if not any(_meaning(word) in OBJECT for word in words):
            words = _with_object(words)
        return self._directed(words)

    def _known(self, typed: Sequence[str]) -> tuple[list[str], list[tuple[int, str]]]:
        """Known words for the typed ones, and what is usual for the word at a place."""
        phrases = dictionary()
        longest = max(map(len, phrases))
        words: list[str] = []
        usual: list[tuple[int, str]] = []
        unknown: list[str] = []
        at = 0
        while at < len(typed):
            for length in range(min(longest, len(typed) - at), 0, -1):
                phrase = tuple(typed[at : at + length])
                if phrase in phrases and not (length == 1 and phrase[0] in KNOWN):
                    break
            else:
                length, phrase = 1, (typed[at],)
            word = " ".join(phrase)
            found = phrases.get(phrase) if length > 1 or word not in KNOWN else None
            if found is None and word not in KNOWN and word not in PASSED_OVER and self.similar is not None:
                other = self.similar(word)
                found = phrases.get((other or "",), other if other in KNOWN else None)
            if found is not None:
                chosen, *defaults = self._chosen(found)
                words += split(chosen)
                usual += [(len(words) - 1, default) for default in defaults]
                if said := chosen.strip(" ,"):
                    self.replaced.append((word, said))
            elif word in KNOWN:
                words.append(word)
                if _tells(word):
                    self.kept.append(word)
            elif word in PASSED_OVER or not word.isalnum():
                self.passed_over.append(word)
            else:
                unknown.append(word)
            at += length
        if unknown:
            offers = {word: nearest(word) for word in unknown}
            raise UserError(f"{named(dict.fromkeys(unknown), offers)} — minisora words lists what can be shown")
        return words, usual

    def _chosen(self, found: str) -> list[str]:
        """One of the alternatives, and what is usual for it."""
        known, *defaults = found.split(" ~")
        return [self.dice.choice(known.split(" | ")), *defaults]

    def _usual(self, words: list[str], usual: list[tuple[int, str]]) -> list[str]:
        """With what is usual for a thing, where its part of the sentence says nothing else."""
        words = list(words)
        for at, default in reversed(usual):
            part = {_meaning(word) for word in _part(words, at)}
            if default in COLOURS and not part & set(COLOURS):
                words.insert(at, default)
            elif default in SIDES and not any(_moves(word) for word in part):
                words[at + 1 : at + 1] = ["moves", default]
            else:
                continue
            self.added.append(default)
        return words

    def _several(self, words: list[str]) -> list[str]:
        """ "balls" alone are two."""
        words = list(words)
        for at in reversed(range(len(words))):
            if words[at] not in PLURALS and words[at] not in ("objects", "shapes", "digits"):
                continue
            start = at
            while start > 0 and _meaning(words[start - 1]) in DESCRIBES:
                start -= 1
            if start > 0 and (_meaning(words[start - 1]) in DIGITS or words[start - 1] in ("the", "in", "both")):
                continue
            words.insert(start, "two")
            self.added.append("two")
        return words

    def _directed(self, words: list[str]) -> list[str]:
        """What moves goes somewhere: a side is added to a verb that has none."""
        words = list(words)
        for at in reversed(range(len(words))):
            if VERB_FORMS.get(words[at], ("", 0))[0] != "move" or _meaning(words[at]) in OBJECT:
                continue
            part = [_meaning(word) for word in _part(words, at)]
            if (at > 0 and words[at - 1] == "not") or any(word in SIDES or word == "round" for word in part):
                continue
            if {"circle", "circles"} & set(words[at + 1 : at + 4]) and "in" in words[at + 1 : at + 3]:
                continue
            side = self.dice.choice(("left", "right"))
            words.insert(at + 1, side)
            self.added.append(side)
        return words


def _meaning(word: str) -> str:
    return MEANING.get(word, word)


def _moves(word: str) -> bool:
    return (word in VERB_FORMS and _meaning(word) not in OBJECT) or _meaning(word) in SIDES | {"still", "stationary"}


def _tells(word: str) -> bool:
    """Whether a word says something of the scene, and does not only join others."""
    says = DESCRIBES | OBJECT | ELSE | SIDES | PACE | GROUND | {"in front", "above", "below", "behind", "both", "still"}
    return _meaning(word) in says - TINTS or word in VERB_FORMS


def _part(words: Sequence[str], at: int) -> Sequence[str]:
    """The part of the sentence between commas, "and", and the like, that a word stands in; "up and left" is one."""

    def border(i: int) -> bool:
        joins = words[i] == "and" and 0 < i < len(words) - 1
        sides = joins and all(_meaning(words[j]) in SIDES | {"to", "the"} for j in (i - 1, i + 1))
        return words[i] in _BORDERS and not sides

    start = next((i + 1 for i in range(at, -1, -1) if border(i)), 0)
    end = next((i for i in range(at, len(words)) if border(i)), len(words))
    return words[start:end]


def _got(words: list[str]) -> list[str]:
    """ "becomes huge" is "becomes bigger"."""
    sizes = {"large": "bigger", "small": "smaller"}
    after = ["", *(VERB_FORMS.get(word, ("", 0))[0] for word in words)]
    return [
        sizes.get(_meaning(word), word) if before == "get" else word for before, word in zip(after, words, strict=False)
    ]


def _noun_first(words: list[str]) -> list[str]:
    """As captions do: "a red ball rising" for "a rising red ball", "spinning two stars" for "two spinning stars"."""
    words = list(words)
    for at in range(len(words) - 2):
        number, verb, next_word = words[at : at + 3]
        counts = _meaning(number) in DIGITS and _meaning(next_word) in DESCRIBES | OBJECT
        if counts and VERB_FORMS.get(verb, ("", 0))[1] == 2:
            words[at : at + 2] = [verb, number]
    for at in range(len(words) - 1, -1, -1):
        meaning, form = VERB_FORMS.get(words[at], ("", 0))
        if form != 2 or meaning not in ("move", "rise", "fall", "stay", "rest"):
            continue
        end = at + 1
        while end < len(words) and words[end] in ("still", *PACE):
            end += 1
        noun = end
        while noun + 1 < len(words) and (
            _meaning(words[noun]) in DESCRIBES
            or (_meaning(words[noun]) in DIGITS and _meaning(words[noun + 1]) in DESCRIBES | OBJECT)
        ):
            noun += 1
        if noun < len(words) and _meaning(words[noun]) in OBJECT:
            words[at : noun + 1] = [*words[end : noun + 1], *words[at:end]]
    return words


def _one_by_one(words: list[str]) -> list[str]:
    """ "red and blue balls" are "red ball and blue ball"."""
    words = list(words)
    for at in range(len(words) - 3):
        first, link, second, noun = words[at : at + 4]
        kinds = [next((k for k in (COLOURS, SIZES) if _meaning(word) in k), None) for word in (first, second)]
        if link == "and" and kinds[0] and kinds[0] == kinds[1] and noun in PLURALS:
            words[at : at + 4] = [first, PLURALS[noun], "and", second, PLURALS[noun]]
    return words


def _with_object(words: list[str]) -> list[str]:
    """ "red spinning" is a "red spinning object"."""
    at = 0
    while at < len(words) and (
        _meaning(words[at]) in DESCRIBES - GROUND or words[at] in ("a", "an", "the") or words[at].endswith("ing")
    ):
        at += 1
    return [*words[:at], "object", *words[at:]]
