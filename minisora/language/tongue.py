"""What is to be known of a language, as data, and the index of its words that is made of it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from minisora.language.forms import attach, fold, pieces

#: An ending for each use of a word. A use is "a" (what something is introduced as), "the" (what it is called later),
#: "bare" (as a dictionary has it), or a case of a relation ("dat", "gen"), with the gender where that counts: "a.m".
#: Where a use is not there, the first one is taken. Uses with other names are only read.
Endings = Mapping[str, str]


class Meaning(NamedTuple):
    """What a form stands for: ``("colour", "red")``, ``("verb", "move")``."""

    kind: str
    value: str = ""
    plural: bool = False  #: whether more than one do it
    participle: bool = False  #: whether it stands before a noun, or after it, as an adjective does


@dataclass(frozen=True, eq=False)
class Language:
    """A language as data.

    Attributes:
        code, name: "de", "German".
        words: the lexicon: a line for each meaning, ``kind value: form, form~endings, …``; the first form is the one
            that is written. ``~endings`` names an entry of ``endings``, whose first letter is the gender of nouns; a
            ``*`` behind it all marks a participle, a ``+`` a plural of a verb.
        endings: how words change, by name.
        letters, folds: letters, and then patterns, and what they are replaced by, so that all spellings of a word
            become one. Both the lexicon and what is typed go through them.
        low: of the vowels that ``A`` stands for in endings, where vowels harmonise.
        meant: what to offer for frequent words that cannot be shown.
        phrase: the order of a noun phrase.
        articles: by use and gender.
        motions: how each motion is said, in the third person; ``move`` with ``{}`` for the directions.
        relations: a sentence each, with the uses of the two noun phrases in braces.
        backgrounds, cameras: how each is said, as it stands in ``sentence``.
        smooth: patterns and what they are replaced by at last: "a orange" is "an orange".
        example: two sentences, for ``minisora words``.
    """

    code: str
    name: str
    words: str
    endings: Mapping[str, Endings]
    phrase: str
    motions: Mapping[str, str]
    directions: Mapping[str, str]
    relations: Mapping[str, str]
    backgrounds: Mapping[str, str]
    cameras: Mapping[str, str]
    sentence: str = "{things} {background} {camera}"
    joined: str = "and"
    off_walls: str = ""
    articles: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    folds: tuple[tuple[str, str], ...] = ()
    low: str = ""
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    smooth: tuple[tuple[str, str], ...] = ()
    examples: tuple[str, ...] = ()

    def lines(self) -> Iterator[tuple[str, str, list[str]]]:
        """(kind, value, forms as they stand in the lexicon) for each of its lines."""
        for line in filter(None, map(str.strip, self.words.splitlines())):
            head, _, forms = line.partition(":")
            kind, _, value = head.partition(" ")
            yield kind, value, [each.strip() for each in forms.split(",")]

    def inflect(self, form: str, use: str = "", gender: str = "") -> str:
        """A form of the lexicon in one use."""
        stem, _, name = form.rstrip("*+").partition("~")
        if not name:
            return stem.replace("/", "")
        endings = self.endings[name]
        keys = (f"{use}.{gender}", use, f"a.{gender}", next(iter(endings)))
        return attach(stem, next(endings[key] for key in keys if key in endings), low=self.low)


class Lexicon:
    """Every form of a language, found in whatever spelling."""

    def __init__(self, language: Language) -> None:
        self.language = language
        letters = str.maketrans(dict(language.letters))
        self._fold = functools.lru_cache(maxsize=20_000)(lambda word: fold(word, letters, language.folds))
        self.meanings: dict[tuple[str, ...], Meaning] = {}
        self.spelt: dict[str, str] = {}  #: every single word, and how it is written
        self.plain: dict[tuple[str, str], list[str]] = {}  #: all words for a meaning, as a dictionary has them
        others: dict[str, str] = {}
        self.written: dict[tuple[str, str], str] = {}  #: the form that is written, as it stands in the lexicon
        for kind, value, forms in language.lines():
            self.written.setdefault((kind, value), forms[0])
            for form in forms:
                marks = form[len(form.rstrip("*+")) :]
                meaning = Meaning(kind, value, plural="+" in marks, participle="*" in marks)
                for each in self.forms_of(form):
                    words = pieces(each)
                    self.meanings.setdefault(self.key(words), meaning)
                    others |= dict(zip(words, each.replace("-", " ").split(), strict=False))
                plain = language.inflect(form, "bare")
                self.plain.setdefault((kind, value), []).append(plain)
                self.spelt |= dict(zip(pieces(plain), plain.replace("-", " ").split(), strict=False))
        self.spelt = {**self.spelt, **others}  # what is offered for a slip comes first where it is the plain form
        self._longest: dict[str, int] = {}  # of the phrases that begin with a word
        for key in self.meanings:
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))
        self._parts = {part for key in self.meanings for part in key}

    def forms_of(self, form: str) -> list[str]:
        """All that a form of the lexicon stands for."""
        stem, _, name = form.rstrip("*+").partition("~")
        if not name:
            return [stem.replace("/", "")]
        return [attach(stem, ending, low=self.language.low) for ending in self.language.endings[name].values()]

    def key(self, words: list[str]) -> tuple[str, ...]:
        """Words as they are looked up."""
        return tuple(map(self._fold, words))

    def read(self, words: list[str]) -> tuple[list[Meaning], list[str]]:
        """What words mean, the longest phrases first, and those that are not known."""
        keys, found, unknown, at = self.key(words), [], [], 0
        while at < len(words):
            for length in range(min(self._longest.get(keys[at], 0), len(words) - at), 0, -1):
                meaning = self.meanings.get(keys[at : at + length])
                if meaning is not None:
                    found.append(meaning)
                    at += length
                    break
            else:
                if words[at].isdecimal() and len(words[at]) == 1:
                    found.append(Meaning("digit", words[at]))
                elif words[at] in (",", "."):
                    found.append(Meaning(words[at]))
                elif words[at].isalnum() or words[at] not in "'\"":
                    unknown.append(words[at])
                at += 1
        return found, unknown

    def knows(self, word: str) -> bool:
        """Whether a word is one, or part of one."""
        return self._fold(word) in self._parts


@functools.cache
def lexicon(language: Language) -> Lexicon:
    return Lexicon(language)
