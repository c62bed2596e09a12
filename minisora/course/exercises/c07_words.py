"""Chapter 07: captions as numbers, captions dropped, guidance, and what the judge says of who is what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

import torch
from torch import Generator, Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, Solution, call, finding
from minisora.diffusion.guidance import classifier_free
from minisora.diffusion.path import Velocity
from minisora.diffusion.sampler import sample, time_grid
from minisora.diffusion.solvers import heun
from minisora.model.tokenizer import BEGIN, Tokenizer, split
from minisora.worlds.claims import ObjectClaim

# --- words to numbers ---

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

# --- captions dropped ---


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

# --- guidance ---


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers in float64, so that a formula written in another order gives the same to every digit that counts."""
    return torch.randn(shape, generator=Generator().manual_seed(seed), dtype=torch.float64)


def guide(better: Tensor, worse: Tensor, scale: Tensor | float) -> Tensor:
    """Go on in the direction from the worse answer to the better one; the line inside ``guidance.py``."""
    return worse + scale * (better - worse)


# --- what went wrong? ---

#: What may be wrong with guidance, in the words of the page.
CAUSES = (
    "scale 1",
    "scale far too high",
    "the two answers swapped",
    "one direction for the whole batch",
    "the empty caption never trained",
)
_FOUND = dict(zip("ABCDE", (CAUSES[3], CAUSES[0], CAUSES[4], CAUSES[2], CAUSES[1]), strict=True))


def patients(conditional: Velocity, unconditional: Velocity, n: int = 400) -> dict[str, Tensor]:
    """Points ``n 2`` from five guided samplers, each of which is ill in its own way."""

    def never_trained(x: Tensor, t: Tensor) -> Tensor:
        """The confident answer of a network that takes everything for one spot somewhere above."""
        spot, spread = torch.tensor([0.7, 0.9]), 0.5
        pull = (1 - t) * spread**2 / (((1 - t) * spread) ** 2 + t**2)
        return (x - spot - pull * (x - (1 - t) * spot)) / t

    def ill(cause: str) -> Velocity:
        def velocity(x: Tensor, t: Tensor) -> Tensor:
            better, worse = conditional(x, t), unconditional(x, t)
            if cause == CAUSES[1]:
                return guide(better, worse, 25.0)
            if cause == CAUSES[2]:
                return guide(worse, better, 2.0)
            if cause == CAUSES[3]:
                return worse + 1.6 * (better - worse).mean(0)
            if cause == CAUSES[4]:
                return guide(better, never_trained(x, t), 2.0)
            return better

        return velocity

    noise = torch.randn(n, 2, generator=Generator().manual_seed(0))
    return {letter: sample(ill(cause), noise, time_grid(40), step=heun) for letter, cause in _FOUND.items()}


def _diagnosed(letter: str) -> Case:
    def said(solution: Solution) -> object:
        found = solution()
        if not isinstance(found, dict) or set(found) != set(_FOUND):
            raise CheckFailed("return a dict with a cause for each of the letters A to E")
        return found[letter]

    return finding(f"patient {letter}", said, _FOUND[letter], CAUSES)


def _confused(*pairs: tuple[str, str]) -> Solution:
    """The right diagnosis, but for these pairs of letters."""
    found = dict(_FOUND)
    for a, b in pairs:
        found[a], found[b] = found[b], found[a]
    return lambda: dict(found)


def _letter(cause: str) -> str:
    return next(letter for letter, found in _FOUND.items() if found == cause)


_ONE, _HIGH, _SWAPPED, _BATCH, _UNTRAINED = (_letter(cause) for cause in CAUSES)

DIAGNOSE_GUIDANCE = Exercise(
    name="diagnose_guidance",
    reference=lambda: dict(_FOUND),
    cases=tuple(_diagnosed(letter) for letter in _FOUND),
    mistakes=(
        Mistake(
            "too much and never trained confused",
            _confused((_HIGH, _UNTRAINED)),
            "two are swapped: too much of the right direction, and any amount of a meaningless one. Which of the two "
            "clouds still lies beyond the ends of the right-hand branches?",
        ),
        Mistake(
            "swapped answers and one direction confused",
            _confused((_SWAPPED, _BATCH)),
            "two are swapped: answers that are exchanged lead away from the word; one direction for all pushes every "
            "point by the same amount, wherever it is. Which picture has points of both words?",
        ),
        Mistake(
            "none and one direction confused",
            _confused((_ONE, _BATCH)),
            "two are swapped: one of them fills the outlines of its own word and no others, the other has points of "
            "both words, only more of them on the right",
        ),
        Mistake(
            "none and too much confused",
            _confused((_ONE, _HIGH)),
            "two are swapped: without guidance (scale 1) the points spread like the data; with far too much they are "
            "squeezed together and leave it",
        ),
        Mistake(
            "swapped answers and never trained confused",
            _confused((_SWAPPED, _UNTRAINED)),
            "two are swapped: away from the word means towards the other word, a definite place; away from nonsense "
            "is a direction that has to do with neither of them",
        ),
        Mistake(
            "one cause for all",
            lambda: dict.fromkeys(_FOUND, CAUSES[1]),
            "each of the five causes is there exactly once; start with the two pictures of which you are sure",
        ),
    ),
    alternatives=(lambda: {letter: _FOUND[letter] for letter in reversed(_FOUND)},),
    hints=(
        "Ask of each picture: do the points lie on the right word, the other word, both, or none?",
        "Scale 1 is no guidance: the first picture of the row of scales above. And far too much is that row, "
        "continued.",
        "If all points are pushed by the same arrow, some are pushed enough and some are not: points of both words "
        "remain.",
    ),
    becomes="minisora/course/exercises/c07_words.py",
    minutes=8,
    difficulty=2,
    points=2,
)

# --- guidance as a wrapper ---


class Asked:
    """A network that answers each row in terms of that row's caption, a number; it notes how many rows it was asked."""

    def __init__(self, *captions: float) -> None:
        self.captions = torch.tensor(captions, dtype=torch.float64).view(-1, 1, 1, 1, 1)
        self.rows: list[int] = []

    def __call__(self, x: Tensor, t: Tensor) -> Tensor:
        if len(x) != len(self.captions) or len(t) not in (1, len(x)):
            raise ValueError(
                f"the network was made for {len(self.captions)} rows, and is asked about {len(x)} clips with {len(t)} "
                "times"
            )
        self.rows.append(len(x))
        return torch.sin(x + self.captions) * (1 + t)


CLIPS = drawn(2, 4, 3, 2, 2, seed=3)


def _guided(says: str, times: Sequence[float], **options: object) -> Case:
    """What the guided network answers, and of how many rows the two networks were asked for it."""

    def ask(solution: Solution) -> object:
        conditional, both = Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0)
        t = torch.tensor(times, dtype=torch.float64).view(1, 1, -1, 1, 1).expand(2, 1, len(CLIPS[0, 0]), 2, 2)
        answer = solution(conditional, both, **options)(CLIPS.clone(), t)
        return {"the velocity": answer, "rows asked of conditional": conditional.rows, "rows asked of both": both.rows}

    return Case(says, ask)


def _asked_twice(solution: Solution) -> object:
    """The second answer of a guided network: it must not depend on the first one."""
    guided = solution(Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0), scale=3.0)
    t = torch.full((2, 1, 3, 1, 1), 0.5, dtype=torch.float64)
    guided(CLIPS.clone(), t)
    return guided(CLIPS.flip(0) + 1, t)


def _at_scale_one(solution: Solution) -> object:
    conditional, both = Asked(1.0, 2.0), Asked(1.0, 2.0, 0.0, 0.0)
    t = torch.full((2, 1, 3, 1, 1), 0.5, dtype=torch.float64)
    answer = solution(conditional, both, scale=1.0, interval=(0.2, 0.7))(CLIPS.clone(), t)
    return {"the velocity": answer, "rows asked of conditional": conditional.rows, "rows asked of both": both.rows}


def _kept_worse(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    kept: list[Tensor] = []

    def stay(answer: Tensor) -> tuple[Tensor, Tensor]:
        better, worse = answer.chunk(2)
        kept.append(worse)
        return better, kept[0]

    return _free(unpack=stay)(conditional, both, scale=scale, interval=interval)


def _kept_answer(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    right, kept = classifier_free(conditional, both, scale=scale, interval=interval), []

    def guided(x: Tensor, t: Tensor) -> Tensor:
        kept.append(right(x, t))
        return kept[0]

    return guided


def _each_in_turn(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, 0)


def _one_direction(better: Tensor, worse: Tensor, scale: float) -> Tensor:
    return worse + scale * (better - worse).mean(0, keepdim=True)


def _three_channels(better: Tensor, worse: Tensor, scale: float) -> Tensor:
    return torch.cat([guide(better[:, :3], worse[:, :3], scale), better[:, 3:]], dim=1)


def _free(
    *,
    line: Callable[[Tensor, Tensor, float], Tensor] = guide,
    unpack: Callable[[Tensor], tuple[Tensor, ...]] = lambda answer: answer.chunk(2),
    inside: Callable[[Tensor, float, float], Tensor] = lambda t, low, high: (low < t) & (t <= high),
    stacked: Callable[[Tensor], Tensor] = lambda t: torch.cat([t, t]),
    rows: Callable[[Tensor], Tensor] = lambda x: torch.cat([x, x]),
    outside: str = "better",
    always: bool = False,
) -> Solution:
    """Guidance with these habits."""

    def make(
        conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
    ) -> Velocity:
        if scale == 1 and not always:
            return conditional

        def guided(x: Tensor, t: Tensor) -> Tensor:
            here = inside(t, *interval)
            if not here.any() and not always:
                return conditional(x, t)
            better, worse = unpack(both(rows(x), stacked(t)))
            return torch.where(here, line(better, worse, scale), worse if outside == "worse" else better)

        return guided

    return make


def _all_or_none(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    def guided(x: Tensor, t: Tensor) -> Tensor:
        if scale == 1 or not ((interval[0] < t) & (t <= interval[1])).all():
            return conditional(x, t)
        better, worse = both(torch.cat([x, x]), torch.cat([t, t])).chunk(2)
        return guide(better, worse, scale)

    return guided


def _guided_at_scale_one(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    always = _free(always=True)(conditional, both, scale=scale, interval=interval)
    low, high = interval
    return lambda x, t: always(x, t) if ((low < t) & (t <= high)).any() else conditional(x, t)


def _asks_both_outside(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    return conditional if scale == 1 else _free(always=True)(conditional, both, scale=scale, interval=interval)


def _three_calls(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    right = classifier_free(conditional, both, scale=scale, interval=interval)

    def guided(x: Tensor, t: Tensor) -> Tensor:
        without = conditional(x, t)
        inside = bool(((interval[0] < t) & (t <= interval[1])).any())
        return right(x, t) if inside and scale != 1 else without

    return guided


def _not_a_function(
    conditional: Velocity, both: Velocity, *, scale: float, interval: tuple[float, float] = (0.0, 1.0)
) -> Velocity:
    if scale == 1:
        return conditional
    low, high = interval

    class Guided:
        def __call__(self, x: Tensor, t: Tensor) -> Tensor:
            mask = ((t > low) * (t <= high)).to(x)
            if mask.sum() == 0:
                return conditional(x, t)
            answers = both(x.repeat(2, *[1] * (x.ndim - 1)), t.repeat(2, *[1] * (t.ndim - 1)))
            better, worse = answers[: len(x)], answers[len(x) :]
            return better + mask * (scale - 1) * (better - worse)

    return Guided()


CLASSIFIER_FREE = Exercise(
    name="classifier_free",
    reference=classifier_free,
    cases=(
        _guided("two clips with two captions at scale 3, all at t=0.5", [0.5] * 3, scale=3.0),
        _guided("scale 1, which is the conditional network alone", [0.5] * 3, scale=1.0),
        _guided("scale 0, which forgets the captions", [0.5] * 3, scale=0.0),
        _guided("t=0.9, outside the interval (0.2, 0.7)", [0.9] * 3, scale=4.0, interval=(0.2, 0.7)),
        _guided(
            "three frames at t=0.2, 0.5 and 0.7 with the interval (0.2, 0.7)",
            [0.2, 0.5, 0.7],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        _guided(
            "three frames at t=0.5, 0.2 and 0.9 with the interval (0.2, 0.7)",
            [0.5, 0.2, 0.9],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        _guided(
            "three frames at t=0.9, 0.5 and 0.9 with the interval (0.2, 0.7)",
            [0.9, 0.5, 0.9],
            scale=4.0,
            interval=(0.2, 0.7),
        ),
        Case("two calls, with another clip in the second one", _asked_twice),
        Case("scale 1 with the interval (0.2, 0.7), where conditional alone is asked", _at_scale_one),
    ),
    mistakes=(
        Mistake(
            "halves swapped",
            _free(unpack=lambda answer: answer.chunk(2)[::-1]),
            "you take the second half of the answer for the one with the captions: they come first, and after them "
            "what to steer away from",
        ),
        Mistake(
            "one too many",
            _free(line=lambda better, worse, scale: better + scale * (better - worse)),
            "you start from the better answer, so that your scale 0 is already the conditional network: that is the "
            "paper's w, one less than the scale here. Start from the worse one, as `guide` does",
        ),
        Mistake(
            "one direction for the batch",
            _free(line=_one_direction),
            "you average the difference over the batch, so that every clip is pushed towards everybody's caption; each "
            "clip has a direction of its own",
        ),
        Mistake(
            "three channels only",
            _free(line=_three_channels),
            "only the first three channels are guided. A latent has more of them than a picture has colours, and all "
            "of them have to go along",
        ),
        Mistake(
            "every second row",
            _free(unpack=lambda answer: (answer[0::2], answer[1::2])),
            "you take every second row. The clips are stacked on themselves as a whole, so the answer has two halves",
        ),
        Mistake(
            "rows in turn, cut in the middle",
            _free(rows=_each_in_turn, stacked=_each_in_turn),
            "you put each clip beside its own copy, so that most rows get another row's caption: `both` wants all the "
            "clips once, and then all of them once more, torch.cat([x, x])",
        ),
        Mistake(
            "rows in turn, every second one",
            _free(rows=_each_in_turn, stacked=_each_in_turn, unpack=lambda answer: (answer[0::2], answer[1::2])),
            "you put each clip beside its own copy, so that captions and clips do not belong together: `both` wants "
            "all the clips once, and then all of them once more, torch.cat([x, x])",
        ),
        Mistake(
            "stacked in the channels",
            _free(
                rows=lambda x: torch.cat([x, x], dim=1), stacked=lambda t: t, unpack=lambda answer: answer.chunk(2, 1)
            ),
            "you stack the clips in their channels; `both` wants twice as many rows: torch.cat([x, x]), along the "
            "first axis",
        ),
        Mistake(
            "the difference turned round",
            _free(line=lambda better, worse, scale: worse + scale * (worse - better)),
            "you go from the better answer towards the worse one: the difference is better - worse",
        ),
        Mistake(
            "only the difference",
            _free(line=lambda better, worse, scale: scale * (better - worse)),
            "you return the difference alone: it is added to the worse answer, as in `guide`",
        ),
        Mistake(
            "a mean of both",
            _free(line=lambda better, worse, scale: (worse + scale * better) / (1 + scale)),
            "you take a weighted mean of the two answers, which never goes beyond the better one: start at the worse "
            "one and follow the difference scale times, as `guide` does",
        ),
        Mistake(
            "better and worse from two calls of conditional",
            _free(unpack=lambda answer: (answer.chunk(2)[0],) * 2),
            "your two answers are the same one, so scale makes no difference: the first half of the answer is better, "
            "the second half worse",
        ),
        Mistake(
            "the worse answer is kept",
            _kept_worse,
            "your second call still uses the worse answer of the first one: nothing may be kept between two calls, ask "
            "anew each time",
        ),
        Mistake(
            "the answer is kept",
            _kept_answer,
            "your second call gives the first call's answer again: nothing may be kept between two calls, ask anew "
            "each time",
        ),
        Mistake(
            "times not stacked",
            _free(stacked=lambda t: t),
            "there are twice as many clips as times: stack t on itself as well as x",
        ),
        Mistake(
            "interval ignored",
            _free(inside=lambda t, low, high: torch.ones_like(t, dtype=torch.bool)),
            "you guide at every time: look at the interval, and outside it answer as the conditional network does",
        ),
        Mistake(
            "one time for the clip",
            _free(inside=lambda t, low, high: ((low < t) & (t <= high)).any().expand(t.shape)),
            "you guide the whole clip as soon as one frame is inside the interval; each token has its own time, so "
            "choose with torch.where",
        ),
        Mistake(
            "the first token's time for all",
            _free(inside=lambda t, low, high: ((low < t) & (t <= high)).flatten()[0].expand(t.shape)),
            "you judge the whole clip by the time of its first token; each token has its own, so compare the tensor t "
            "itself, and choose with torch.where",
        ),
        Mistake(
            "the mean time for all",
            _free(inside=lambda t, low, high: ((low < t.mean()) & (t.mean() <= high)).expand(t.shape)),
            "you judge the whole clip by its mean time; each token has its own, so compare the tensor t itself, and "
            "choose with torch.where",
        ),
        Mistake(
            "both ends included",
            _free(inside=lambda t, low, high: (low <= t) & (t <= high)),
            "your interval includes its lower end; it is low < t <= high, so that what is given (t=0) is never guided",
        ),
        Mistake(
            "neither end included",
            _free(inside=lambda t, low, high: (low < t) & (t < high)),
            "your interval leaves out its upper end; it is low < t <= high, so that t=1, where sampling starts, can be "
            "guided",
        ),
        Mistake(
            "guided outside",
            _free(inside=lambda t, low, high: ~((low < t) & (t <= high))),
            "you guide outside the interval and not inside: torch.where takes its second argument where the first one "
            "is true",
        ),
        Mistake(
            "all or none",
            _all_or_none,
            "you guide only if every token is inside the interval. As soon as one is, ask `both`, and let torch.where "
            "choose token by token",
        ),
        Mistake(
            "the other end included",
            _free(inside=lambda t, low, high: (low <= t) & (t < high)),
            "the wrong end of the interval is inside: it is low < t <= high, so that t=1, where sampling starts, can "
            "be guided and what is given (t=0) never is",
        ),
        Mistake(
            "unconditional outside",
            _free(outside="worse"),
            "outside the interval you answer without the caption; it should be with the caption, only not guided",
        ),
        Mistake(
            "always twice the rows",
            _free(always=True),
            "the velocity is right, but you ask for twice the rows even where there is nothing to guide: at scale 1, "
            "and while no token is inside the interval, ask `conditional` only",
        ),
        Mistake(
            "scale 1 forgotten",
            _guided_at_scale_one,
            "at scale 1 you ask for twice the rows and get what `conditional` says alone: return `conditional` there",
        ),
        Mistake(
            "nothing inside forgotten",
            _asks_both_outside,
            "while no token is inside the interval you ask for twice the rows all the same: `conditional` alone is "
            "enough there (`if not inside.any()`)",
        ),
        Mistake(
            "three rows for two",
            _three_calls,
            "you ask `conditional` and then `both`, which answers the same once more: you pay for three rows where two "
            "are enough. The first half of both's answer is what conditional says",
        ),
    ),
    alternatives=(_not_a_function, _free()),
    hints=(
        "You return a *function* of x and t, which the sampler calls at every step. Write `def guided(x, t): …` "
        "inside, and `return guided` at the end.",
        "First the cheap ways out: scale 1 returns `conditional` itself; in `guided`, if no token is inside, return "
        "`conditional(x, t)`.",
        "`inside = (low < t) & (t <= high)` is true token by token. `both(torch.cat([x, x]), torch.cat([t, t]))` has "
        "two halves: `.chunk(2)`.",
        "`return torch.where(inside, guide(better, worse, scale), better)`",
    ),
    becomes="minisora/diffusion/guidance.py",
    minutes=15,
    difficulty=3,
    points=3,
)

# --- who is what? ---

ASPECTS = ("shape", "colour", "size", "motion")


def _fits(claim: ObjectClaim, seen: ObjectClaim) -> bool:
    return all(getattr(claim, name) in (None, getattr(seen, name)) for name in ASPECTS)


def binds(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    """Whether every wanted object can be given a seen object of its own that has all that is said of it."""
    return any(
        all(_fits(claim, each) for claim, each in zip(wanted, chosen, strict=True))
        for chosen in permutations(seen, len(wanted))
    )


def _binds_one_after_the_other(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    if not wanted:
        return True
    first, *rest = wanted
    return any(
        _fits(first, each) and _binds_one_after_the_other(rest, [*seen[:i], *seen[i + 1 :]])
        for i, each in enumerate(seen)
    )


def _kind_by_kind(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    for name in ASPECTS:
        said = [value for each in wanted if (value := getattr(each, name)) is not None]
        there = [getattr(each, name) for each in seen]
        if any(there.count(value) < said.count(value) for value in said):
            return False
    return len(seen) >= len(wanted)


def _in_order(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return len(wanted) <= len(seen) and all(_fits(claim, each) for claim, each in zip(wanted, seen, strict=False))


def _each_somewhere(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return all(any(_fits(claim, each) for each in seen) for claim in wanted)


def _strictly_equal(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(list(wanted) == list(chosen) for chosen in permutations(seen, len(wanted)))


def _nothing_more(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return len(wanted) == len(seen) and binds(wanted, seen)


def _greedily(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    left = list(seen)
    for claim in wanted:
        found = next((each for each in left if _fits(claim, each)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def _nameless_is_anything(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    def named(claim: ObjectClaim, each: ObjectClaim) -> bool:
        return all(
            getattr(each, name) is None or getattr(claim, name) in (None, getattr(each, name)) for name in ASPECTS
        )

    return any(
        all(named(claim, each) for claim, each in zip(wanted, chosen, strict=True))
        for chosen in permutations(seen, len(wanted))
    )


def _as_many_as_there_are(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(
        all(_fits(claim, each) for claim, each in zip(wanted, chosen, strict=False)) for chosen in permutations(seen)
    )


_O = ObjectClaim
_RED_CIRCLE, _BLUE_SQUARE = _O("circle", "red"), _O("square", "blue")


def _seen(shape: str | None, colour: str | None, motion: str = "still") -> ObjectClaim:
    return _O(shape, colour, "medium", motion)


#: One aspect that is said and not seen: its name, what is said, what is there, the claim and the object.
_OTHERS = tuple(
    (name, said, there, replace(_O("circle"), **{name: said}), replace(_seen("circle", "red"), **{name: there}))
    for name, said, there in (("colour", "blue", "red"), ("size", "small", "medium"), ("motion", "spins", "still"))
)


def _without(*forgotten: str) -> Solution:
    """Binding that does not look at these aspects."""

    def solution(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        return binds([replace(each, **dict.fromkeys(forgotten)) for each in wanted], seen)

    return solution


def _paired(fits: Callable[[ObjectClaim, ObjectClaim], bool], *, enough: Callable[..., bool] = all) -> Solution:
    """Binding with another question about a pair, or content with another share of the pairs."""

    def solution(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
        return any(
            enough(fits(claim, each) for claim, each in zip(wanted, chosen, strict=True))
            for chosen in permutations(seen, len(wanted))
        )

    return solution


def _one_aspect_fits(claim: ObjectClaim, each: ObjectClaim) -> bool:
    return any(getattr(claim, name) in (None, getattr(each, name)) for name in ASPECTS)


def _one_said_aspect_fits(claim: ObjectClaim, each: ObjectClaim) -> bool:
    return any(getattr(claim, name) is not None and getattr(claim, name) == getattr(each, name) for name in ASPECTS)


def _every_pairing(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    ways = list(permutations(seen, len(wanted)))
    return bool(ways) and all(all(map(_fits, wanted, chosen)) for chosen in ways)


def _roles_exchanged(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(all(map(_fits, chosen, wanted)) for chosen in permutations(seen, len(wanted)))


def _nothing_is_no(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return bool(wanted) and binds(wanted, seen)


def _somebody_fits(wanted: Sequence[ObjectClaim], seen: Sequence[ObjectClaim]) -> bool:
    return any(_fits(claim, each) for claim in wanted for each in seen)


BINDS = Exercise(
    name="binds",
    reference=binds,
    cases=(
        call(
            "a red circle and a blue square wanted, a blue circle and a red square seen",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("circle", "blue"), _seen("square", "red")),
        ),
        call(
            "the same wanted, and seen in the other order",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("square", "blue"), _seen("circle", "red")),
        ),
        call(
            "a red circle wanted, of which no size or motion is said",
            (_RED_CIRCLE,),
            (_seen("circle", "red", "spins"),),
        ),
        call("two red circles wanted, one seen", (_RED_CIRCLE, _RED_CIRCLE), (_seen("circle", "red"),)),
        call(
            "two red circles wanted, one and a blue square seen",
            (_RED_CIRCLE, _RED_CIRCLE),
            (_seen("circle", "red"), _seen("square", "blue")),
        ),
        call(
            "a red circle wanted, and a white star seen as well",
            (_RED_CIRCLE,),
            (_seen("star", "white"), _seen("circle", "red")),
        ),
        call(
            "something red and a red circle wanted; a red circle and a red star seen",
            (_O(colour="red"), _RED_CIRCLE),
            (_seen("circle", "red"), _seen("star", "red")),
        ),
        call("a red circle wanted; something red without a name seen", (_RED_CIRCLE,), (_seen(None, "red"),)),
        call("a red circle wanted, a red square seen", (_RED_CIRCLE,), (_seen("square", "red"),)),
        call(
            "a red circle and a blue square wanted, a red circle and a white star seen",
            (_RED_CIRCLE, _BLUE_SQUARE),
            (_seen("circle", "red"), _seen("star", "white")),
        ),
        *(
            call(f"a circle whose {name} is {said} wanted, one whose {name} is {there} seen", (wanted,), (seen,))
            for name, said, there, wanted, seen in _OTHERS
        ),
        call(
            "a medium red circle that stands still wanted; the same without a shape that has a name seen",
            (_seen("circle", "red"),),
            (_seen(None, "red"),),
        ),
        call(
            "a red circle wanted, and behind it a white star seen",
            (_RED_CIRCLE,),
            (_seen("circle", "red"), _seen("star", "white")),
        ),
        call("nothing wanted", (), (_seen("circle", "red"),)),
        call(
            "a small red circle and a large one wanted, a large one and a small one seen",
            (_O("circle", "red", "small"), _O("circle", "red", "large")),
            (_O("circle", "red", "large", "still"), _O("circle", "red", "small", "still")),
        ),
    ),
    mistakes=(
        Mistake(
            "kind by kind",
            _kind_by_kind,
            "you ask for the colours and the shapes separately. A blue circle and a red square have all the right "
            "ones, and are wrong all the same: ask object by object",
        ),
        Mistake(
            "in the order of the caption",
            _in_order,
            "you compare the first wanted object with the first one seen. A clip has no order: try every way to pair "
            "them",
        ),
        Mistake(
            "one object for two claims",
            _each_somewhere,
            "two wanted objects may be paired with the same object of the clip: each needs one of its own",
        ),
        Mistake(
            "colours forgotten",
            _without("colour"),
            "you never compare the colours: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "shapes forgotten",
            _without("shape"),
            "you never compare the shapes: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "sizes forgotten",
            _without("size"),
            "you never compare the sizes: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "motions forgotten",
            _without("motion"),
            "you never compare the motions: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "sizes and motions forgotten",
            _without("size", "motion"),
            "you compare shape and colour only: a claim has four fields, shape, colour, size and motion",
        ),
        Mistake(
            "one aspect is enough",
            _paired(_one_aspect_fits),
            "you are content when one field of a claim fits, and a field of None always does: everything that is said "
            "has to fit (all, not any)",
        ),
        Mistake(
            "one said aspect is enough",
            _paired(_one_said_aspect_fits),
            "you are content when one of the things that are said fits: everything that is said has to fit (all, not "
            "any)",
        ),
        Mistake(
            "one claim is enough",
            _paired(_fits, enough=any),
            "you are content when one claim is met: all wanted objects have to be there at once (all, not any)",
        ),
        Mistake(
            "somebody fits",
            _somebody_fits,
            "you are content when some object fits some claim: all wanted objects have to be there at once, each with "
            "an object of its own",
        ),
        Mistake(
            "every pairing has to fit",
            _every_pairing,
            "you demand that every way to pair them fits; one way is enough (any, over the pairings)",
        ),
        Mistake(
            "wanted and seen exchanged",
            _roles_exchanged,
            "wanted and seen are exchanged in your comparison: it is the *claim* whose None is content with anything",
        ),
        Mistake(
            "nothing wanted is no",
            _nothing_is_no,
            "if nothing is wanted, nothing can be missing: the answer is yes, whatever is seen",
        ),
        Mistake(
            "zip ends early",
            _as_many_as_there_are,
            "with fewer objects in the clip than are wanted you still say yes: `zip` stops at the end of the shorter "
            "list, so the last claims are never asked",
        ),
        Mistake(
            "all or nothing",
            _strictly_equal,
            "you demand that what is not said (None) is not seen either. What is not said may be anything",
        ),
        Mistake(
            "nothing else allowed",
            _nothing_more,
            "you say no because there is one object more than wanted. That is the business of the count; binding asks "
            "only whether the wanted ones are there",
        ),
        Mistake(
            "the first that fits",
            _greedily,
            "you give each claim the first object that fits. 'Something red' may so take the only red circle away from "
            "the claim that needs it: try the other pairings too",
        ),
        Mistake(
            "the nameless is anything",
            _nameless_is_anything,
            "an object whose shape the judge cannot name (None) counts as whatever is wanted: only a claim may be "
            "silent",
        ),
    ),
    alternatives=(_binds_one_after_the_other,),
    hints=(
        "First a question about one pair: does this seen object have everything that is said of this wanted one? A "
        "claim of None is content with anything.",
        "`itertools.permutations(seen, len(wanted))` gives every way to choose as many seen objects, in every order. "
        "If there are too few of them, it gives none.",
        "`any(all(fits(w, s) for w, s in zip(wanted, chosen)) for chosen in permutations(seen, len(wanted)))`, where "
        "fits compares shape, colour, size and motion.",
    ),
    becomes="minisora/evaluation/judge.py",
    minutes=15,
    difficulty=2,
    points=2,
)


EXERCISES = (ENCODE_CAPTIONS, DROP_CAPTIONS, DIAGNOSE_GUIDANCE, CLASSIFIER_FREE, BINDS)
