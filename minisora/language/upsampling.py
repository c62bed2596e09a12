"""Prompt upsampling: a short or free sentence becomes a full caption, as the model was trained on.

After James Betker et al., "Improving Image Generation with Better Captions" (DALL-E 3), 2023, and OpenAI's
report on Sora, 2024: there a language model fills a prompt in; here rules and a dictionary do, and dice choose what the
prompt leaves open.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, cast

from minisora.errors import UserError
from minisora.language.draft import Draft, Similar
from minisora.language.everyday import PASSED_OVER, dictionary
from minisora.language.said import Said, Thing
from minisora.language.translation import detect, language_of, translate
from minisora.language.write import write
from minisora.worlds.grammar import Reader
from minisora.worlds.lexicon import PACE
from minisora.worlds.scene import BACKGROUNDS, COLOURS, DIRECTION, HELD_OUT, MOTIONS, SHAPES, SIZES
from minisora.worlds.vocabulary import DIGITS

if TYPE_CHECKING:
    from torch import Generator

#: The share of captions that say a background which was not asked for, as ``caption.py`` does in plain ones.
BACKGROUND = 0.25

LONGEST = 64  #: Words of a prompt.
MOST_OBJECTS = 3  #: What any clip of the drawn worlds shows.


@dataclass(frozen=True)
class Why:
    """What became of the prompt: words that were kept, replaced (by what), added, and passed over."""

    kept: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]
    added: tuple[str, ...]
    passed_over: tuple[str, ...]

    def __str__(self) -> str:
        changes = [f"{word} → {known}" for word, known in self.replaced]
        parts = {"kept": self.kept, "replaced": changes, "added": self.added, "passed over": self.passed_over}
        return "; ".join(f"{what} {', '.join(words)}" for what, words in parts.items() if words)


@dataclass(frozen=True)
class Upsampled:
    """A full caption, and why it says what it says."""

    caption: str
    why: Why
    plain: str  #: The prompt in known words, with nothing filled in.


def upsample(prompt: str, generator: Generator, *, similar: Similar | None = None) -> Upsampled:
    """A full caption for a short or free sentence, in any of the languages.

    All that the prompt names stays: colour, shape, size and motion of each object, background, camera, and relations.
    What it leaves open is chosen with the generator's dice among what training showed: the same seed, the same caption.

    Args:
        similar: is asked for words that neither captions nor the dictionary know.
    Raises: UserError for words that nobody knows (the nearest are named), for a contradiction, and for more than three
        objects.
    """
    import torch

    dice = Random(int(torch.randint(2**62, (), generator=generator)))
    draft = Draft(_english(prompt), dice, similar)
    words = draft.words()
    reader = Reader(words).read()
    if len(reader.objects) > MOST_OBJECTS:
        raise UserError(f"{len(reader.objects)} objects: a clip shows at most {MOST_OBJECTS} — say fewer")
    things = [Thing(o.shape, o.colour, o.size, o.motion) for o in reader.objects]
    said = Said(things, reader.background, reader.camera, list(dict.fromkeys(reader.relations)))
    added = [*draft.added, *_fill_in(said, words, dice)]
    caption = write(said, language_of("en"))
    why = Why(tuple(draft.kept), tuple(draft.replaced), tuple(added), tuple(draft.passed_over))
    return Upsampled(caption, why, " ".join(words))


def _english(prompt: str) -> str:
    """A foreign prompt translated; whatever else may be in it is the dictionary's business."""
    if not any(map(str.isalnum, prompt)):
        raise UserError('empty prompt: say what to show, for example "two stars dancing"')
    if (count := len(prompt.split())) > LONGEST:
        raise UserError(f"prompt of {count} words: at most {LONGEST} — say it in fewer")
    everyday = {phrase[0] for phrase in dictionary() if len(phrase) == 1} | PASSED_OVER
    code, _ = detect(prompt, also=everyday)
    return prompt if code == "en" else translate(prompt).english


def _fill_in(said: Said, words: Sequence[str], dice: Random) -> list[str]:
    """Choose what is left open, as training showed it; returns what was chosen."""
    from minisora.worlds.caption import canonical_motion

    added: list[str] = []
    written = bool({"digit", "digits", "number", "handwritten"} & set(words))
    for i, thing in enumerate(said.things):
        asked = {name for name in ("shape", "colour", "size", "motion") if getattr(thing, name) is not None}
        others = {(other.shape, other.colour) for j, other in enumerate(said.things) if j != i}
        travels = len(said.things) == 1 and bool(PACE & set(words))
        filled = [_filled(thing, dice, written=written, travels=travels) for _ in range(50)]
        chosen = next((each for each in filled if _shown(each, others)), filled[-1])
        said.things[i] = chosen
        new = {name: getattr(chosen, name) for name in ("size", "colour", "shape", "motion") if name not in asked}
        if new.get("motion"):
            new["motion"] = canonical_motion(new["motion"])
        added += [value for value in new.values() if value is not None]
    if len(said.things) == 1:
        said.things[0].pace = next(
            ("slowly" if word == "slowly" else "quickly" for word in words if word in PACE), None
        )
        said.things[0].walls = "off" in words and said.things[0].shape in DIGITS
    if said.background is None and dice.random() < BACKGROUND:
        digits = any(thing.shape in DIGITS for thing in said.things)
        said.background = "black" if digits else dice.choice(BACKGROUNDS)
        added.append(language_of("en").backgrounds[said.background])
    return added


def _filled(thing: Thing, dice: Random, *, written: bool, travels: bool) -> Thing:
    """A thing with everything that can be said of it; a digit if it is ``written``, going on if it ``travels``."""
    shape = thing.shape or dice.choice(cast(Collection[str], DIGITS if written else SHAPES))  # type: ignore[arg-type]
    digit = shape in DIGITS
    motions = tuple(DIRECTION) if travels else ("still", *DIRECTION) if digit else MOTIONS
    return Thing(
        shape=shape,
        colour=thing.colour or dice.choice(COLOURS),
        size=thing.size or (None if digit else dice.choice(SIZES)),
        motion=thing.motion or dice.choice(motions),
    )


def _shown(thing: Thing, others: Collection[tuple[str | None, str | None]]) -> bool:
    """Whether training shows such a thing, beside others that look different."""
    return (thing.colour, thing.shape, thing.motion) not in HELD_OUT and (thing.shape, thing.colour) not in others
