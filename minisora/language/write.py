"""What is said, as the one plain sentence of a language."""

from __future__ import annotations

import re

from minisora.errors import UserError
from minisora.language.said import Said, Thing
from minisora.language.tongue import Language, lexicon
from minisora.worlds.scene import DIRECTION
from minisora.worlds.vocabulary import DIGITS


def write(said: Said, language: Language) -> str:
    """The sentence.

    Raises: UserError when a relation is between things that look the same, which no sentence could tell apart.
    """
    things = [" ".join([noun(thing, "a", language), *_does(thing, language)]) for thing in said.things]
    places = {
        "things": _listed(things, language),
        "background": language.backgrounds[said.background] if said.background else "",
        "camera": language.cameras[said.camera] if said.camera else "",
    }
    sentences = [language.sentence.format(**places), *(_relation(said, *each, language) for each in said.relations)]
    text = ". ".join(" ".join(sentence.split()) for sentence in sentences)
    for pattern, spelt in language.smooth:
        text = re.sub(pattern, spelt, text)
    return text


def noun(thing: Thing, use: str, language: Language) -> str:
    """A noun phrase in one use of the language's endings: "a small red circle", "dem blauen Quadrat" (``dat``)."""
    words = lexicon(language)
    if thing.shape is None:
        kind = ("thing", "object")
    else:
        kind = ("numeral", str(DIGITS.index(thing.shape))) if thing.shape in DIGITS else ("shape", thing.shape)
    head = words.written.get(kind) or words.written["digit", kind[1]]
    gender = head.partition("~")[2][:1]

    def adjective(kind: str, value: str | None) -> str:
        return "" if value is None else language.inflect(words.written[kind, value], use, gender)

    articles = language.articles
    phrase = language.phrase.format(
        article=articles.get(f"{use}.{gender}", articles.get(use, "")),
        size=adjective("size", thing.size),
        colour=adjective("colour", thing.colour),
        hand=adjective("hand", "" if thing.shape in DIGITS else None),
        shape=language.inflect(head, use, gender),
    )
    return " ".join(phrase.split())


def _does(thing: Thing, language: Language) -> list[str]:
    """What a thing does: nothing, or a phrase, and a pace before it."""
    if thing.motion is None:
        return []
    if thing.motion == "move" or thing.motion in DIRECTION:
        sides = thing.motion.split("-") if thing.motion in DIRECTION else []
        where = f" {language.joined} ".join(language.directions[side] for side in sides)
        pace = lexicon(language).written["pace", thing.pace].partition("~")[0] if thing.pace else ""
        phrase = " ".join(language.motions["move"].format(f"{pace} {where}").split())
    else:
        phrase = language.motions[thing.motion]
    return [phrase, *([language.off_walls] if thing.walls else [])]


def _relation(said: Said, kind: str, a: int, b: int, language: Language) -> str:
    """ "the red circle is left of the blue square"."""
    one, other = said.things[a], said.things[b]
    if one.looks_like(other):
        raise UserError(f"{kind}: the two look the same in this sentence — give them different colours or shapes")
    first, second = re.findall(r"\{(\w+)\}", language.relations[kind])
    template = language.relations[kind].replace(f"{{{first}}}", "{}", 1).replace(f"{{{second}}}", "{}", 1)
    return template.format(noun(one, first, language), noun(other, second, language))


def _listed(parts: list[str], language: Language) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f" {language.joined} ".join([", ".join(parts[:-1]), parts[-1]])
