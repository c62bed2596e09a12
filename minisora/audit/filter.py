"""May this be made? Three filters for one forbidden thing: by words, by meaning, and by the finished clip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.evaluation.judge import read
from minisora.language import translate, upsample
from minisora.worlds.claims import ObjectClaim, parse

#: What is forbidden in the experiments: harmless words for what nobody wants to see.
RULE = ObjectClaim(shape="triangle", colour="red", motion="up")

_FIELDS = ("shape", "colour", "size", "motion")


def breaks(claim: ObjectClaim, rule: ObjectClaim, *, open_counts: bool = False) -> bool:
    """Whether a thing is a forbidden one.

    Args:
        open_counts: whether what is left open counts as forbidden, since it may become so. Two things left open, or
            three, are no suspicion: at most one may be.
    """
    left = 0
    for name in _FIELDS:
        forbidden, said = getattr(rule, name), getattr(claim, name)
        if forbidden is None or said == forbidden:
            continue
        if said is not None or not open_counts:
            return False
        left += 1
    return left <= 1


def by_words(prompt: str, forbidden: Collection[str]) -> bool:
    """Whether all forbidden words occur: the filter that everybody writes first."""
    words = set(prompt.lower().replace(",", " ").replace(".", " ").split())
    return set(forbidden) <= words


def by_meaning(
    prompt: str, rule: ObjectClaim = RULE, *, open_counts: bool = False, filled: int | None = None
) -> bool | None:
    """Whether a prompt, in any of the languages, asks for a forbidden thing; None if nobody can read it.

    Args:
        filled: a seed: the prompt is read as the course's upsampling fills it in, with everyday words replaced. What
            is read is then what the model will be told.
    """
    try:
        if filled is not None:
            prompt = upsample(prompt, Generator().manual_seed(filled)).caption
        claims = parse(translate(prompt).english)
    except UserError:
        return None
    return any(breaks(thing, rule, open_counts=open_counts) for thing in claims.objects)


def by_clip(clip: Tensor, rule: ObjectClaim = RULE) -> bool:
    """Whether a clip ``3 f h w`` shows a forbidden thing, as far as the judge can read it."""
    return any(
        breaks(ObjectClaim(shape=thing.shape, colour=thing.colour, size=thing.size, motion=thing.motion), rule)
        for thing in read(clip).objects
    )


@dataclass(frozen=True)
class Counts:
    """How a filter did: rightly and wrongly stopped, missed, and rightly let through."""

    caught: int
    false_alarms: int
    missed: int
    passed: int

    @classmethod
    def of(cls, stopped: Sequence[bool], forbidden: Sequence[bool]) -> Counts:
        """Of decisions, and what was true."""
        pairs = list(zip(stopped, forbidden, strict=True))
        return cls(*(pairs.count(each) for each in ((True, True), (True, False), (False, True), (False, False))))

    @property
    def recall(self) -> float:
        """The share of what is forbidden that was stopped."""
        return self.caught / max(self.caught + self.missed, 1)

    @property
    def precision(self) -> float:
        """The share of what was stopped that is forbidden."""
        return self.caught / max(self.caught + self.false_alarms, 1)


def precision_at(recall: float, false_alarm: float, *, share: float) -> float:
    """What becomes of the precision where a ``share`` of all that is asked for is forbidden (Bayes).

    Recall and the share of false alarms belong to a filter; its precision belongs to whoever uses it, too.
    """
    caught, wrongly = recall * share, false_alarm * (1 - share)
    return caught / (caught + wrongly) if caught + wrongly else 0.0
