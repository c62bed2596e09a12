"""From a sentence in any of the languages to the English words that the weights know, and back from a scene."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from minisora.errors import UserError
from minisora.language.forms import pieces
from minisora.language.read import Reader
from minisora.language.said import Said, Thing
from minisora.language.tongue import Language, Lexicon, lexicon
from minisora.language.write import write
from minisora.spelling import named, slips
from minisora.worlds.vocabulary import DIGITS, NOT_HERE, known_words, nearest, unknown_words

if TYPE_CHECKING:
    from minisora.worlds.drawn import DrawnScene

#: Code and module of each language; English comes first, and is what the weights know.
_MODULES = {"en": "english", "de": "german", "tr": "turkish", "az": "azerbaijani", "ru": "russian"}
LANGUAGES: tuple[str, ...] = tuple(_MODULES)


@dataclass(frozen=True)
class Translation:
    """A sentence in English words, and the language that it was written in."""

    english: str
    language: str  #: The code, as in ``LANGUAGES``.
    name: str  #: The language's English name.


def language_of(code: str) -> Language:
    """The language with a code.

    Raises: UserError for another code.
    """
    if code not in _MODULES:
        raise UserError(f"language {code!r}: must be one of {', '.join(LANGUAGES)}")
    module = _MODULES[code]
    return getattr(import_module(f"minisora.language.{module}"), module.upper())


def translate(prompt: str, *, also: Collection[str] = ()) -> Translation:
    """A prompt in any of the languages, in English; one in English is left as it is.

    Args:
        also: words of one's own that weights have learnt.
    Raises: UserError for a word that is not known (the nearest in that language are named), for a sentence in two
        languages, and for what contradicts itself.
    """
    code, wrong = detect(prompt, also=also)
    here = language_of(code)
    if wrong:
        _complain(prompt, wrong, here, also)
    if code == "en":
        return Translation(prompt, code, here.name)
    meanings, _ = lexicon(here).read(pieces(prompt))
    try:
        said = Reader(meanings).read()
        english = write(said, language_of("en"))
    except UserError as error:
        raise UserError(f"{here.name}: {error}") from error
    if not english:
        raise UserError(f'{here.name}: nothing to show — say what, for example "{here.examples[0]}"')
    return Translation(english, code, here.name)


def detect(prompt: str, *, also: Collection[str] = ()) -> tuple[str, list[str]]:
    """The language that knows the most of a sentence's words, and those words that it does not know."""
    wrong = unknown_words(prompt, also=also)
    if not wrong:
        return "en", wrong
    words = pieces(prompt)
    found: list[tuple[str, list[str]]] = [("en", wrong)]
    for code in LANGUAGES[1:]:
        meanings, missing = lexicon(language_of(code)).read(words)
        if any(meaning.kind not in (",", ".") for meaning in meanings):
            found.append((code, list(dict.fromkeys(missing))))
    least = min(len(missing) for _, missing in found)
    equal = [(code, missing) for code, missing in found if len(missing) == least]
    return equal[0] if len(equal) == 1 else min(equal, key=lambda each: _strangeness(words, *each))


def _strangeness(words: Sequence[str], code: str, missing: Sequence[str]) -> tuple[int, int]:
    """Of languages that know equally many words of a sentence: how odd it would be in this one."""
    if code == "en":
        return sum(not nearest(word) for word in missing), 0
    here = lexicon(language_of(code))
    return sum(not offers(word, here) for word in missing[:3]), sum(word not in here.spelt for word in words)


def offers(word: str, words: Lexicon, *, n: int = 3) -> list[str]:
    """Up to ``n`` known words for an unknown one: like it in meaning where that is known, else in spelling."""
    if word in words.language.meant:
        return list(words.language.meant[word][:n])
    if word in NOT_HERE:
        return []
    return [words.spelt[slip] for slip in slips(word, words.spelt, n=n)]


def _complain(prompt: str, wrong: list[str], here: Language, also: Collection[str]) -> NoReturn:
    """Say which words are not known, in which language, and what to do about it."""
    for code in LANGUAGES:
        if code == here.code or len(wrong) == len(set(pieces(prompt))):
            continue
        if code == "en":
            known = [word for word in wrong if len(word) > 2 and not unknown_words(word, also=also)]
        else:
            known = [word for word in wrong if len(word) > 2 and lexicon(language_of(code)).knows(word)]
        if len(known) == len(wrong):
            which = ", ".join(map(repr, known[:5]))
            raise UserError(f"{which} in {language_of(code).name}, the rest in {here.name}: say it in one language")
    if here.code == "en":
        known_words(prompt, also=also)
    words = lexicon(here)
    rest = f"minisora words --language {here.code} lists what can be said"
    raise UserError(f"{here.name}: {named(wrong, {word: offers(word, words) for word in wrong})} — {rest}")


def describe(
    scene: DrawnScene, *, language: str = "en", background: bool = False, camera: bool = False, relation: bool = False
) -> str:
    """The one plain sentence for a scene, in any of the languages.

    Options: whether to say the background, what the camera does, and the first relation that is clear ("… is left of
    …"). In English and without a relation it is ``caption.canonical``.
    """
    return write(said_of(scene, background=background, camera=camera, relation=relation), language_of(language))


def said_of(scene: DrawnScene, *, background: bool = False, camera: bool = False, relation: bool = False) -> Said:
    """What can be said of a scene."""
    from minisora.worlds.digits import DigitScene
    from minisora.worlds.relations import relations

    if isinstance(scene, DigitScene):
        things = [Thing(DIGITS[o.digit], o.colour, None, o.motion) for o in scene.objects]
        return Said(things, "black" if background else None, "static" if camera else None)
    things = [Thing(o.shape, o.colour, o.size, o.motion) for o in scene.objects]
    related = relations(scene)[:1] if relation else []
    return Said(things, scene.background if background else None, scene.camera if camera else None, related)
