"""The exercise `next_word`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution
from minisora.course.exercises.c13_language.common import BEGIN, END, IGNORED, PAD
from minisora.model.captioner import next_word

Pair = tuple[Tensor, Tensor]


def _pair(answer: object) -> Pair:
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(isinstance(x, Tensor) for x in answer):
        raise CheckFailed("return two tensors: what the network reads, and what it should say at each place")
    return answer[0], answer[1]


def _asked(says: str, *rows: list[int]) -> Case:
    longest = max(map(len, rows))
    ids = torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])
    return Case(says, lambda f: _pair(f(ids.clone())))


def _shifted(
    *, end: int | None = END, padding: int | None = IGNORED, by: int = 1, last: int = END, begin: bool = True
) -> Solution:
    """Teacher forcing with these habits."""

    def solution(ids: Tensor) -> Pair:
        targets = torch.full_like(ids, last)
        if by > 0:
            targets[:, :-by] = ids[:, by:]
        elif by < 0:
            targets[:, -by:] = ids[:, :by]
        else:
            targets = ids.clone()
        if end is None:  # nothing is to be said after the last word
            targets[targets == PAD] = IGNORED
        elif padding is not None:
            targets[ids == PAD] = padding
        if not begin:
            targets[:, 0] = IGNORED
        return ids, targets

    return solution


def _cut(ids: Tensor) -> Pair:
    read, targets = ids[:, :-1], ids[:, 1:].clone()
    targets[read == PAD] = IGNORED
    return read, targets


def _longer(ids: Tensor) -> Pair:
    targets = torch.cat([ids, torch.full_like(ids[:, :1], END)], 1)[:, 1:]
    return ids[:, 1:], targets[:, 1:].masked_fill(ids[:, 1:] == PAD, IGNORED)


def _hidden_pads(ids: Tensor) -> Pair:
    _, targets = next_word(ids)
    return ids.masked_fill(ids == PAD, IGNORED), targets


def _rolled(ids: Tensor) -> Pair:
    return ids, ids.roll(-1, dims=1).masked_fill(ids == PAD, IGNORED)


def _rows_for_columns(ids: Tensor) -> Pair:
    targets = torch.cat([ids[1:], torch.full_like(ids[:1], END)])
    return ids, targets.masked_fill(ids == PAD, IGNORED)


def _one_by_one(ids: Tensor) -> Pair:
    targets = torch.full_like(ids, IGNORED)
    for row, words in enumerate(ids.tolist()):
        count = sum(word != PAD for word in words)
        targets[row, :count] = torch.tensor([*words[1:count], END])
    return ids.clone(), targets


NEXT_WORD = Exercise(
    name="next_word",
    reference=next_word,
    cases=(
        _asked("one caption of three words", [BEGIN, 4, 5, 6]),
        _asked("captions of three words and of one", [BEGIN, 4, 5, 6], [BEGIN, 7]),
        _asked("an empty caption beside two others", [BEGIN], [BEGIN, 3, 3], [BEGIN, 5]),
        _asked("the begin token alone", [BEGIN]),
    ),
    mistakes=(
        Mistake(
            "not shifted",
            _shifted(by=0),
            "the network is asked to say the word that it has just read, which it can do without a clip: the target "
            "of a place is the word *behind* it",
        ),
        Mistake(
            "the word before",
            _shifted(by=-1, last=BEGIN),
            "your targets are the words before: shift the other way, `ids[:, 1:]`",
        ),
        Mistake(
            "two words ahead",
            _shifted(by=2),
            "you shift by two places: the target is the very next word",
        ),
        Mistake(
            "no end",
            _shifted(end=None),
            "nothing is asked for after the last word, so the network never learns to stop: the target of a caption's "
            "last word is END",
        ),
        Mistake(
            "padding counts",
            _shifted(padding=None),
            "the places of padding count as well: most of the loss would be how well it says nothing after nothing. "
            "Their target is IGNORED",
        ),
        Mistake(
            "the last column is cut",
            _cut,
            "you cut the last column off, the usual way, and with it the end of the longest caption: keep all m places "
            "and let END be what follows",
        ),
        Mistake(
            "begin is left out",
            _longer,
            "you let the network read from the first word on. Then nothing ever asks for that first word: BEGIN is "
            "what it is said after",
        ),
        Mistake(
            "the first word is given away",
            _shifted(begin=False),
            "the target of BEGIN does not count with you, so that the first word is never learnt: only padding is "
            "IGNORED",
        ),
        Mistake(
            "rolled",
            _rolled,
            "`roll` brings the first token round to the end: after the longest caption's last word comes END, not "
            "BEGIN",
        ),
        Mistake(
            "ignored words are read",
            _hidden_pads,
            "IGNORED is a target, no word: what is *read* stays as it is, padding and all (an embedding has no row "
            "-100)",
        ),
        Mistake(
            "rows shifted",
            _rows_for_columns,
            "you shift along the batch: the next *caption* is asked for. Words follow one another along dim 1",
        ),
    ),
    alternatives=(_one_by_one, _shifted()),
    hints=(
        "What is read is `ids` itself. The targets are the same words one place to the left, and END in the last "
        "column.",
        "`torch.cat([ids[:, 1:], torch.full_like(ids[:, :1], END)], dim=1)`: in a shorter caption the word behind the "
        "last one is padding already, and END *is* the id of padding.",
        "Where `ids` itself is padding nothing is to be said: `targets.masked_fill(ids == PAD, IGNORED)`.",
    ),
    becomes="minisora/model/captioner.py",
    minutes=10,
    difficulty=1,
    points=2,
    trains=False,
)
