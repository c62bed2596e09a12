"""The exercise `drop_captions`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Generator

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution


def drop_captions(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    """Replace each caption by the empty one with probability ``share``, as ``LatentBatches`` does."""
    dropped = torch.rand(len(captions), generator=generator) < share
    return ["" if drop else caption for caption, drop in zip(captions, dropped.tolist(), strict=True)]


def _drop_one_by_one(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return [caption if float(torch.rand((), generator=generator)) >= share else "" for caption in captions]


def _drop_the_batch(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return [""] * len(captions) if float(torch.rand((), generator=generator)) < share else list(captions)


def _drop_the_first(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    many = round(share * len(captions))
    return [""] * many + list(captions[many:])


def _drop_words(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return [
        " ".join(word for word in caption.split() if float(torch.rand((), generator=generator)) >= share)
        for caption in captions
    ]


def _leave_out(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return [caption for caption in _drop_one_by_one(captions, share, generator) if caption]


def _keep_the_share(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return drop_captions(captions, 1 - share, generator)


def _own_dice(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    dice = Generator()
    dice.seed()
    return drop_captions(captions, share, dice)


def _same_dice(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    return drop_captions(captions, share, Generator().manual_seed(0))


def _none_instead(captions: Sequence[str], share: float, generator: Generator) -> list[str | None]:
    return [caption or None for caption in drop_captions(captions, share, generator)]


def _drop_so_many(captions: Sequence[str], share: float, generator: Generator) -> list[str]:
    dropped = torch.randperm(len(captions), generator=generator)[: round(share * len(captions))].tolist()
    return ["" if i in dropped else caption for i, caption in enumerate(captions)]


NAMES = [f"clip {i} moves" for i in range(8)]


def _batches(solution: Solution, *, n: int, share: float = 0.25) -> list[list[str]]:
    dice = Generator().manual_seed(3)
    return [solution(list(NAMES), share, dice) for _ in range(n)]


def _shapes(solution: Solution) -> list[str]:
    """What is wrong with the form of a batch, if anything."""
    given = list(NAMES)
    answer = solution(given, 0.5, Generator().manual_seed(1))
    if given != NAMES:
        raise CheckFailed("it empties captions in the list that it is given, for good: return a new list")
    if not isinstance(answer, list) or len(answer) != len(NAMES):
        return ["not a list of eight captions"]
    return [kept for kept, name in zip(answer, NAMES, strict=True) if kept not in ("", name)]


def _share(solution: Solution) -> float:
    marks = [caption == "" for batch in _batches(solution, n=500) for caption in batch]
    return sum(marks) / max(len(marks), 1)


def _mixed(solution: Solution) -> float:
    """The share of batches in which some captions are there and some are not."""
    return sum(0 < sum(c == "" for c in batch) < len(batch) for batch in _batches(solution, n=500)) / 500


def _spread(solution: Solution) -> float:
    """By how much the places of a batch differ in how often they lose their caption."""
    marks = torch.tensor([[c == "" for c in batch] for batch in _batches(solution, n=500)], dtype=torch.float32)
    return float(marks.mean(0).std())


def _at_the_beginning(solution: Solution) -> bool:
    """Whether what is dropped is the beginning of the batch."""
    kept = [caption != "" for caption in solution(NAMES * 8, 0.5, Generator().manual_seed(6))]
    return kept == sorted(kept)


def _repeats(solution: Solution) -> bool:
    first, again = (solution(NAMES * 8, 0.5, Generator().manual_seed(5)) for _ in range(2))
    return first == again


def _goes_on(solution: Solution) -> bool:
    dice = Generator().manual_seed(5)
    return solution(NAMES * 8, 0.5, dice) != solution(NAMES * 8, 0.5, dice)


DROP_CAPTIONS = Exercise(
    name="drop_captions",
    reference=drop_captions,
    cases=(
        Case("the form: what has become of eight captions, other than kept or empty", _shapes, lambda: []),
        Case("the share of 4,000 captions that is dropped for share=0.25", _share, lambda: 0.25, tolerance=0.03),
        Case(
            "the share of 500 batches of eight that have both kinds",
            _mixed,
            lambda: 1 - 0.75**8 - 0.25**8,
            tolerance=0.06,
        ),
        Case("by how much the eight places of a batch differ", _spread, lambda: 0.02, tolerance=0.02),
        Case("whether those dropped are the first ones of the batch", _at_the_beginning, lambda: False),
        Case("whether the same seed drops the same captions again", _repeats, lambda: True),
        Case("whether the next batch from one generator drops others", _goes_on, lambda: True),
        Case("share=0, which drops none", lambda f: f(list(NAMES), 0.0, Generator().manual_seed(0)), lambda: NAMES),
    ),
    mistakes=(
        Mistake(
            "the whole batch at once",
            _drop_the_batch,
            "one throw decides for the whole batch. Throw for each caption: else most steps learn nothing about the "
            "empty caption and a few learn nothing else",
        ),
        Mistake(
            "the share is kept",
            _keep_the_share,
            "share is how many captions are dropped; you keep that many and drop the rest",
        ),
        Mistake(
            "always the first ones",
            _drop_the_first,
            "you drop a fixed number at the beginning of the batch, the same places every time: leave it to chance, "
            "caption by caption",
        ),
        Mistake(
            "the same number every time",
            _drop_so_many,
            "you drop the same number of captions in every batch, at places drawn by lot. Throw for each caption by "
            "itself; then a batch of two can lose one, both or none",
        ),
        Mistake(
            "None for nothing",
            _none_instead,
            "you put None for a dropped caption. The empty caption is a caption, the string '', and has a token",
        ),
        Mistake(
            "words instead of captions",
            _drop_words,
            "you drop single words. That teaches the model shorter captions; what guidance needs is the empty one",
        ),
        Mistake(
            "clips without captions left out",
            _leave_out,
            "your list is shorter than the batch: a dropped caption becomes the empty string, and its clip stays",
        ),
        Mistake(
            "dice of its own",
            _own_dice,
            "the same seed drops other captions every time: give your generator to torch.rand, or nobody can repeat "
            "the training run",
        ),
        Mistake(
            "the same dice every time",
            _same_dice,
            "every batch loses the captions at the same places, as you start a generator anew in each call: use the "
            "one that you are given",
        ),
    ),
    alternatives=(
        _drop_one_by_one,
        lambda captions, share, generator: [
            caption * keep
            for caption, keep in zip(
                captions,
                torch.bernoulli(torch.full((len(captions),), 1.0 - share), generator=generator).int().tolist(),
                strict=True,
            )
        ],
    ),
    hints=(
        "One throw of the dice for each caption: `torch.rand(n, generator=generator)` makes n numbers from 0 to 1.",
        "A number from 0 to 1 is below `share` with probability `share`.",
        '`["" if drop else caption for caption, drop in zip(…)]`, with the list of throws below `share` as second '
        "part of the zip.",
    ),
    becomes="minisora/training/data.py",
    minutes=8,
    difficulty=1,
    points=2,
)
