"""The exercise `pack`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.model import DiT, DiTConfig, TextTokens


def pack(clips: list[Tensor], rows: list[list[int]], room: int) -> tuple[Tensor, Tensor]:
    """Clips ``n k`` laid end to end in rows, ``r room k``, and whose each place is: ``r room``, -1 where nobody's."""
    packed = clips[0].new_zeros(len(rows), room, clips[0].shape[1])
    segments = torch.full((len(rows), room), -1, device=clips[0].device)
    for row, members in enumerate(rows):
        begin = 0
        for number, i in enumerate(members):
            end = begin + len(clips[i])
            packed[row, begin:end], segments[row, begin:end] = clips[i], number
            begin = end
    return packed, segments


def _numbered(*shape: int, first: int) -> Tensor:
    return torch.arange(first, first + shape[0] * shape[1]).view(shape).float()


#: Five clips of different lengths, in which no two numbers are alike.
CLIPS = [_numbered(n, 2, first=100 * i + 1) for i, n in enumerate((3, 5, 2, 4, 1))]
ROWS = [[0, 2, 4], [1], [3]]


def _packed(
    *,
    number: Callable[[list[list[int]], int, int, int], int] = lambda rows, row, place, i: place,
    empty: int = -1,
    filler: Callable[[Tensor], Tensor] = lambda clip: torch.zeros_like(clip[0]),
    front: bool = False,
    order: Callable[[list[list[int]]], list[list[int]]] = lambda rows: rows,
    room: Callable[[list[Tensor], list[list[int]], int], int] = lambda clips, rows, room: room,
    turned: bool = False,
    floats: bool = False,
) -> Solution:
    """Packed row by row with a part exchanged."""

    def laid(clips: list[Tensor], rows: list[list[int]], width: int) -> tuple[Tensor, Tensor]:
        width, made, owners = room(clips, rows, width), [], []
        for row, members in enumerate(order(rows)):
            some = [clips[i].flip(0) if turned else clips[i] for i in members]
            where = clips[0].device
            whose = [
                torch.full((len(clips[i]),), number(rows, row, at, i), device=where) for at, i in enumerate(members)
            ]
            left = width - sum(map(len, some))
            padding = filler(some[-1]).expand(left, -1)
            nobody = torch.full((left,), empty, device=where)
            some, whose = ([padding, *some], [nobody, *whose]) if front else ([*some, padding], [*whose, nobody])
            made.append(torch.cat(some))
            owners.append(torch.cat(whose))
        segments = torch.stack(owners)
        return torch.stack(made), segments.float() if floats else segments

    return laid


def _in_order(rows: list[list[int]]) -> list[list[int]]:
    """As many clips in each row, but in the order of the list."""
    every = iter(range(sum(map(len, rows))))
    return [[next(every) for _ in members] for members in rows]


def _global(rows: list[list[int]], row: int, place: int, i: int) -> int:
    return sum(len(each) for each in rows[:row]) + place


@cache
def _small() -> tuple[DiT, list[Tensor], list[Tensor], list[TextTokens]]:
    """A tiny transformer, and three clips with their coordinates and words."""
    dice = torch.Generator().manual_seed(0)
    network = DiT(
        DiTConfig(
            channels=2, width=16, depth=1, heads=1, text_width=8, text_depth=1, vocabulary=4, text_heads=1, patch=1
        ),
        generator=dice,
    )
    for layer in (network.modulation, network.patch_out, network.final_modulation, network.summary):
        torch.nn.init.normal_(layer.weight, std=0.3, generator=dice)
    lengths = (4, 6, 3)
    clips = [torch.randn(n, 2, generator=dice) for n in lengths]
    coords = [torch.randn(n, 3, generator=dice) for n in lengths]
    texts = [torch.randn(1, 2, 16, generator=dice) for _ in lengths]
    return network, clips, coords, [TextTokens(each, torch.ones(1, 2, dtype=torch.bool)) for each in texts]


@torch.no_grad()
def _alone() -> list[Tensor]:
    """What the transformer says of each clip by itself."""
    network, clips, coords, texts = _small()
    t = torch.full((1, 1), 0.5)
    return [network(c[None], t, network.prepare(at, text))[0] for c, at, text in zip(clips, coords, texts, strict=True)]


@torch.no_grad()
def _together(f: Solution) -> list[Tensor]:
    """And what it says of them in two packed rows."""
    network, clips, coords, texts = _small()
    rows, room = [[0, 2], [1]], 9
    tokens, segments = f(clips, rows, room)
    places, _ = f(coords, rows, room)
    owners = torch.tensor([[0, 0, 1, 1], [0, 0, -1, -1]])
    words = torch.stack([torch.cat([texts[0].tokens[0], texts[2].tokens[0]]), texts[1].tokens[0].repeat(2, 1)])
    context = network.prepare(places, TextTokens(words, owners >= 0), segments, owners)
    made = network(tokens, torch.full((2, 1), 0.5), context)
    return [made[row][segments[row] == place] for row, place in ((0, 0), (1, 0), (0, 1))]


def _case(says: str, clips: list[Tensor], rows: list[list[int]], room: int) -> Case:
    return Case(says, lambda f: f([each.clone() for each in clips], [list(row) for row in rows], room))


PACK = Exercise(
    name="pack",
    reference=pack,
    cases=(
        _case("three rows of 7 places, with one to three clips", CLIPS, ROWS, 7),
        _case("two rows of 9, of which one is full", CLIPS, [[1, 3], [4, 0, 2]], 9),
        _case("one row for all", CLIPS, [[0, 1, 2, 3, 4]], 15),
        _case("clips of whole numbers", [each.long() for each in CLIPS], ROWS, 7),
        Case("each clip's velocity in a packed row, which is what it is alone", _together, _alone),
    ),
    mistakes=(
        Mistake(
            "numbered through all rows",
            _packed(number=_global),
            "you number the clips through all rows. A row knows nothing of the others: in each the first clip is 0",
        ),
        Mistake(
            "numbered by the list",
            _packed(number=lambda rows, row, place, i: i),
            "your segments are the clips' places in the list; they are to count the clips *of a row*, from 0",
        ),
        Mistake(
            "numbered from 1",
            _packed(number=lambda rows, row, place, i: place + 1),
            "you number the clips of a row from 1: the first is 0, as in `text_segments`, where 0 is whose words they "
            "are",
        ),
        Mistake(
            "one number for all",
            _packed(number=lambda rows, row, place, i: 0),
            "all clips of a row have the number 0, so that they look at one another: count them, 0, 1, 2, ...",
        ),
        Mistake(
            "padding belongs to the first clip",
            _packed(empty=0),
            "your padding has the number 0, so that the first clip of the row looks at it: padding is -1",
        ),
        Mistake(
            "padding has a number of its own",
            _packed(empty=-100),
            "padding is -1; any other number would be read as a clip's, or not at all",
        ),
        Mistake(
            "padding in front",
            _packed(front=True),
            "your padding stands before the clips: lay them from the left, and leave what is over at the end",
        ),
        Mistake(
            "padded with the last token",
            _packed(filler=lambda clip: clip[-1]),
            "your padding repeats the last token; let it be 0",
        ),
        Mistake(
            "padded with ones",
            _packed(filler=lambda clip: torch.ones_like(clip[0])),
            "your padding is 1; let it be 0",
        ),
        Mistake(
            "rows not looked up",
            _packed(order=_in_order),
            "you fill the rows with clips in the order of the list; `rows` says *which* clips are in each: clips[i] "
            "for i in the row",
        ),
        Mistake(
            "as long as the fullest row",
            _packed(room=lambda clips, rows, room: max(sum(len(clips[i]) for i in row) for row in rows)),
            "your rows are as long as the fullest one: they have `room` places, so that every batch has the same shape",
        ),
        Mistake(
            "clips turned round",
            _packed(turned=True),
            "the tokens of your clips run backwards: lay them as they are",
        ),
        Mistake(
            "segments as floats",
            _packed(floats=True),
            "your segments are floating-point numbers; whose a place is is a whole number (torch.long)",
        ),
        Mistake(
            "exchanged",
            lambda clips, rows, room: pack(clips, rows, room)[::-1],
            "the two results are exchanged: first the packed tokens, then the segments",
        ),
    ),
    alternatives=(_packed(),),
    hints=(
        "Begin with what a row looks like when nobody is in it: `clips[0].new_zeros(len(rows), room, k)`, and "
        "`torch.full((len(rows), room), -1)`.",
        "Two loops, over the rows and over the clips of a row; keep in a variable where the next clip begins.",
        "`packed[row, begin : begin + n] = clips[i]` and `segments[row, begin : begin + n] = number`, where `number` "
        "counts the clips of this row from 0 (`enumerate`).",
    ),
    becomes="minisora/course/exercises/c11_sizes/pack.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
