"""The exercise `encode_captions`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution, call
from minisora.model.tokenizer import BEGIN, Tokenizer, split

FEW = ("a", "red", "blue", "circle", "star", "moves", "left", "right", ",")


def encode_captions(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    """Captions as ids ``b m``, as ``Tokenizer.encode`` makes them."""
    return Tokenizer(words).encode(captions)


def _encoded(
    *,
    begin: int = BEGIN,
    first: int = 2,
    pad: int = 0,
    before: bool = False,
    longest: int = 0,
    order: Callable = list,
    end: Sequence[int] = (),
    cut: Callable[[str], list[str]] = split,
    unheard: int | None = None,
    kind: torch.dtype = torch.long,
) -> Solution:
    """A tokenizer with these habits."""

    def encode(captions: Sequence[str], words: Sequence[str]) -> Tensor:
        number = {word: i + first for i, word in enumerate(order(words))}
        rows = []
        for caption in captions:
            if unheard is None and (unknown := [word for word in cut(caption) if word not in number]):
                raise ValueError(f"unknown word {unknown[0]!r}")
            rows.append([begin] * (begin >= 0) + [number.get(word, unheard) for word in cut(caption)] + list(end))
        most = max(longest, *map(len, rows))
        padded = [pads + row if before else row + pads for row in rows for pads in [[pad] * (most - len(row))]]
        return torch.tensor(padded, dtype=kind)

    return encode


def _skipping(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    known = [" ".join(word for word in split(caption) if word in words) for caption in captions]
    return Tokenizer(words).encode(known)


def _key_error(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    number = {word: i for i, word in enumerate(words)}
    for caption in captions:
        for word in split(caption):
            number[word]
    return Tokenizer(words).encode(captions)


def _always_few(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    return Tokenizer(FEW).encode(captions)


def _encode_row_by_row(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    rows = []
    for caption in captions:
        if unknown := set(split(caption)) - set(words):
            raise ValueError(f"I do not know: {', '.join(unknown)}")
        rows.append(torch.tensor([1, *(list(words).index(word) + 2 for word in split(caption))]))
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)


def _without_the_word(captions: Sequence[str], words: Sequence[str]) -> Tensor:
    try:
        return Tokenizer(words).encode(captions)
    except ValueError:
        raise ValueError("a word that nobody knows") from None


def _about_pink(encode: Solution, captions: Sequence[str]) -> object:
    """What happens to the unknown word; a ValueError counts by whether it names the word, not by its wording."""
    try:
        return encode(captions, FEW)
    except ValueError as error:
        return "a ValueError that names it" if "pink" in str(error) else "a ValueError that does not name it"


ENCODE_CAPTIONS = Exercise(
    name="encode_captions",
    reference=encode_captions,
    cases=(
        Case(
            "'a red circle moves left' alone, with nine known words",
            lambda f: f(["a red circle moves left"], FEW),
            expected=lambda: torch.tensor([[1, 2, 3, 5, 7, 8]]),
        ),
        call("three captions of different lengths", ["a blue star moves right", "a star", "a red circle"], FEW),
        call("a caption beside the empty one", ["a red star", ""], FEW),
        call("capitals and a comma: 'A red star, a Blue circle'", ["A red star, a Blue circle"], FEW),
        call("a list of other words, in which 'star' stands first", ["a star", ""], ("star", "a")),
        Case("'a pink star', where 'pink' is unknown", lambda f: _about_pink(f, ["a red star", "a pink star"])),
    ),
    mistakes=(
        Mistake(
            "words begin at 0",
            _encoded(first=0),
            "your first words have the ids 0 and 1, which are taken: 0 is padding and 1 is the begin token, so word i "
            "gets i + 2",
        ),
        Mistake(
            "one too low",
            _encoded(first=1),
            "your ids are one too low: two numbers are taken, 0 for padding and 1 for the begin token, so word i gets "
            "i + 2",
        ),
        Mistake(
            "one too high",
            _encoded(first=3),
            "your ids are one too high: places are counted from 0, so the first word gets 0 + 2",
        ),
        Mistake(
            "begin is 0",
            _encoded(begin=0),
            "your rows begin with 0, which is padding: every row starts with 1",
        ),
        Mistake(
            "begun twice",
            _encoded(end=(1,)),
            "behind the words you put another 1: it begins a caption and does not end it. Behind the words comes only "
            "padding",
        ),
        Mistake(
            "one padding more",
            _encoded(end=(0,)),
            "your rows are longer than they need be: behind the longest caption of a batch there is no padding",
        ),
        Mistake(
            "padded with 1",
            _encoded(pad=1),
            "you fill up with 1, which begins a caption; padding is 0",
        ),
        Mistake(
            "cut at spaces",
            _encoded(cut=str.split),
            "you cut at spaces, and then neither 'A' nor 'star,' is in the list: `split` gives the words in lower "
            "case, and a comma as a word of its own",
        ),
        Mistake(
            "cut at spaces in lower case",
            _encoded(cut=lambda caption: caption.lower().split()),
            "you cut at spaces, so that 'star,' is not in the list: `split` makes a word of its own of a comma",
        ),
        Mistake(
            "unknown words are padding",
            _encoded(unheard=0),
            "an unknown word becomes 0, the padding, in silence, and something else is drawn than was asked for: "
            "raise a ValueError that names it",
        ),
        Mistake(
            "unknown words begin anew",
            _encoded(unheard=1),
            "an unknown word becomes 1, the begin token, in silence, and something else is drawn than was asked for: "
            "raise a ValueError that names it",
        ),
        Mistake(
            "not whole numbers",
            _encoded(kind=torch.float32),
            "your ids are floating-point numbers; ids are whole: `dtype=torch.long`",
        ),
        Mistake(
            "places of another list",
            _always_few,
            "you look words up in another list than the one that you are given: use the argument `words`, at every "
            "call",
        ),
        Mistake(
            "no begin token",
            _encoded(begin=-1),
            "the begin token is missing: every row starts with 1. It is all that an empty caption has",
        ),
        Mistake(
            "padded in front",
            _encoded(before=True),
            "you fill up short captions at their beginning; the padding comes after the words, so that the first word "
            "is at the same place in every row",
        ),
        Mistake(
            "always 64 long",
            _encoded(longest=64),
            "all your rows are 64 long. Rows are as long as the longest caption of the batch: padding is paid for in "
            "every layer",
        ),
        Mistake(
            "words sorted",
            _encoded(order=sorted),
            "you number the words in another order than they are given in. The weights know a word by its place in "
            "the list, so the order is fixed for good",
        ),
        Mistake(
            "unknown words skipped",
            _skipping,
            "an unknown word is passed over in silence, so that 'a pink star' becomes 'a star': raise a ValueError "
            "that names it",
        ),
        Mistake(
            "a KeyError for the user",
            _key_error,
            "an unknown word ends in a bare KeyError from the depths of a dictionary: look first, and raise a "
            "ValueError that says which word is unknown",
        ),
        Mistake(
            "an error without the word",
            _without_the_word,
            "your ValueError does not say which word is unknown: put the word into it, as in "
            '`raise ValueError(f"unknown word {word!r}")`',
        ),
    ),
    alternatives=(_encode_row_by_row, _encoded()),
    hints=(
        "A dictionary from words to numbers is half of it: `{word: number for number, word in enumerate(words, "
        "start=2)}`.",
        "Make a list of numbers for each caption first, `[1, …]`, and check every word of `split(caption)` before you "
        "look it up. Then find the longest list.",
        "`torch.zeros(len(rows), longest, dtype=torch.long)` is a page of padding. Write each list over the beginning "
        "of its row: `ids[i, : len(row)] = torch.tensor(row)`.",
    ),
    becomes="minisora/model/tokenizer.py",
    minutes=12,
    difficulty=1,
    points=2,
)
