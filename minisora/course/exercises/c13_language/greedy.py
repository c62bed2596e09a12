"""The exercise `greedy`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c13_language.common import BEGIN, END, PAD, speaker
from minisora.model.captioner import greedy

Logits = Callable[[Tensor], Tensor]


def _captions(answer: object, rows: int) -> list[list[int]]:
    """Rows of ids as lists."""
    if not isinstance(answer, Tensor) or answer.ndim != 2 or len(answer) != rows:
        raise CheckFailed(f"return ids b m, {rows} rows of them here")
    return [[int(word) for word in row] for row in answer.tolist()]


def _asked(says: str, scripts: Sequence[Sequence[int]], longest: int = 12) -> Case:
    rows = len(scripts)
    return Case(says, lambda f: _captions(f(speaker(scripts), rows, longest=longest), rows))


def _spoken(
    *,
    done: Callable[[Tensor], bool] = lambda going: not bool(going.any()),
    keep: bool = True,
    place: int = -1,
    choose: Callable[[Tensor], Tensor] = lambda logits: logits.argmax(-1),
    fed: Callable[[Tensor], Tensor] = lambda ids: ids,
    extra: int = 0,
    begin: int | None = BEGIN,
    same: bool = False,
    stop: bool = True,
) -> Solution:
    """Greedy decoding with these habits."""

    def solution(logits: Logits, rows: int, *, longest: int = 64) -> Tensor:
        ids = torch.full((rows, 1), BEGIN if begin is not None else PAD)
        going = torch.ones(rows, dtype=torch.bool)
        for _ in range(longest + extra):
            word = choose(logits(fed(ids))[:, place])
            if same:
                word = word[:1].expand(rows)
            if keep:
                word = torch.where(going, word, PAD)
            going = going & (word != END)
            if stop and done(going):
                break
            ids = torch.cat([ids, word[:, None]], dim=1)
        return ids

    return solution


def _without_begin(logits: Logits, rows: int, *, longest: int = 64) -> Tensor:
    return greedy(logits, rows, longest=longest)[:, 1:]


def _empty_column(logits: Logits, rows: int, *, longest: int = 64) -> Tensor:
    said = greedy(logits, rows, longest=longest)
    done = said.shape[1] <= longest
    return torch.cat([said, torch.zeros_like(said[:, :1])], dim=1) if done else said


def _whole_page(logits: Logits, rows: int, *, longest: int = 64) -> Tensor:
    said = greedy(logits, rows, longest=longest)
    return torch.cat([said, said.new_zeros(rows, longest + 1 - said.shape[1])], dim=1)


def _row_by_row(logits: Logits, rows: int, *, longest: int = 64) -> Tensor:
    page = torch.zeros(rows, longest + 1, dtype=torch.long)
    spoken = 0
    page[:, 0] = BEGIN
    for row in range(rows):
        for place in range(longest):
            word = int(logits(page[:, : place + 1])[row, -1].argmax())
            if word == END:
                break
            page[row, place + 1] = word
            spoken = max(spoken, place + 1)
    return page[:, : spoken + 1]


GREEDY = Exercise(
    name="greedy",
    reference=greedy,
    cases=(
        _asked("one clip, three words to say", [[4, 5, 6]]),
        _asked("three clips with three, one and no words to say", [[4, 5, 6], [7], []]),
        _asked("two clips of which the second has more to say", [[3], [4, 4, 5, 7]]),
        _asked("two clips and at most two words", [[4, 5, 6], [7, 3, 2, 2]], longest=2),
        _asked("two words to say, at most two words", [[4, 5], [6, 7]], longest=2),
    ),
    mistakes=(
        Mistake(
            "stops with the first",
            _spoken(done=lambda going: not bool(going.all())),
            "you stop as soon as the first caption is done, and cut the others off: stop when *all* are (`any` is "
            "still going)",
        ),
        Mistake(
            "goes on behind the end",
            _spoken(keep=False, done=lambda going: not bool(going.any())),
            "a caption that has ended goes on while others are still spoken: what comes behind END is babble, put PAD "
            "there",
        ),
        Mistake(
            "never stops",
            _spoken(stop=False, keep=False),
            "you always say `longest` words, whether END came or not: a row that said END is done",
        ),
        Mistake(
            "the first place",
            _spoken(place=0),
            "you look at the logits of the first place, and get the first word again and again: the next word is told "
            "at the *last* one, `[:, -1]`",
        ),
        Mistake(
            "only the last word is read",
            _spoken(fed=lambda ids: ids[:, -1:]),
            "the network is handed the last word alone and has forgotten the others: hand it all that was said so far",
        ),
        Mistake(
            "the least likely",
            _spoken(choose=lambda logits: logits.argmin(-1)),
            "you take the least likely word: argmax",
        ),
        Mistake(
            "one word for all",
            _spoken(same=True),
            "all clips get the words of the first one: argmax over the last axis, a word for each row",
        ),
        Mistake(
            "does not begin",
            _spoken(begin=None),
            "your captions begin with padding; the network was trained to speak after BEGIN",
        ),
        Mistake(
            "BEGIN is taken off",
            _without_begin,
            "your answer has no BEGIN in front: return ids as the tokenizer makes them",
        ),
        Mistake(
            "one word more",
            _spoken(extra=1),
            "you say a word more than `longest` allows; BEGIN is none of them",
        ),
        Mistake(
            "one word less",
            _spoken(extra=-1),
            "you say a word less than `longest` allows; BEGIN is none of them",
        ),
        Mistake(
            "an empty column",
            _empty_column,
            "your page ends with a column of padding: look whether any row still goes on *before* you put its word "
            "down",
        ),
        Mistake(
            "the whole page",
            _whole_page,
            "your page always has room for `longest` words: it is as wide as the longest caption, as the tokenizer's",
        ),
    ),
    alternatives=(_row_by_row, _spoken()),
    hints=(
        "Keep two things: the ids so far, `torch.full((rows, 1), BEGIN)`, and for each row whether it is still going.",
        "In each round: `word = logits(ids)[:, -1].argmax(-1).cpu()`, then `word = torch.where(going, word, PAD)`, "
        "then `going = going & (word != END)`.",
        "`ids = torch.cat([ids, word[:, None]], dim=1)` at the end of a round, at most `longest` rounds, and a `break` "
        "before it when `not going.any()`.",
    ),
    becomes="minisora/model/captioner.py",
    minutes=15,
    difficulty=2,
    points=3,
    trains=False,
)
