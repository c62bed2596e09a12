"""A scene as seen from each token's place: what is here, what it is, and where it goes. The *plan* of a clip.

A plan is a tiny video of its own, one cell for each token of the transformer and :data:`NUMBERS` numbers in a cell: is
there an object nearby, where is its middle, how does it move on from each of the four pictures of this latent frame and
can it be seen in them, how large is it, how turned, what colour, shape and motion has it? A planner generates it from
the prompt, and the transformer paints what is planned. A dense map of what is true, as the optical flow of VideoJAM
(2502.02492) or the semantic channels of ReDi (2504.16064), with the true scene in place of a large network's features.

Each number is scaled to matter as much as the others: what changes little is learnt late. (A plan that said where
things are in each picture, but not how they move, had learnt shapes and colours after 1,200 steps, and no motion after
2,900.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from minisora.worlds import digits
from minisora.worlds.digits import DigitScene
from minisora.worlds.drawn import DrawnScene
from minisora.worlds.motion import pack, pose
from minisora.worlds.render import PALETTE
from minisora.worlds.scene import COLOURS, MOTIONS, SHAPES
from minisora.worlds.smooth import flashes, smoothed

PICTURES = 4  #: Pictures that one latent frame stands for.
REACH = 1.6  #: So many radii around its middle an object is planned, and wherever its middle is.
SCALE = 0.6  #: Brings the numbers, most of which are 0, to a variance near one.

#: What the numbers of a cell are, in this order, and how many of each.
LAYOUT = {
    "near": 1,
    "place": 2,  # x, y of the middle at the last picture, from that of this cell
    "step": 8,  # x, then y, from each picture to the next
    "visible": 4,
    "size": 2,  # logarithm of the radius at the last picture, and its growth to the next
    "turn": 3,  # cosine and sine of the angle at the last picture, and its change to the next
    "colour": 3,
    "shape": 8,
    "motion": 8,
}
NUMBERS = sum(LAYOUT.values())
LENGTH = 0.75  #: Cells: a radius whose size is 0.
PLACE = 0.5  #: Cells that count as 1.
STEP, GROWTH, TURN = 0.15, 0.03, 0.12  #: Cells, logarithm, and radians from one picture to the next that count as 1.

#: Shapes, then digits, and also motions, each as a corner of a cube in eight dimensions. Any two differ in four of them
#: or more, so that a noisy corner still tells which it is (a biorthogonal code: a Hadamard matrix and its negative).
_H2 = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
_H8 = torch.kron(_H2, torch.kron(_H2, _H2))
CODE = torch.cat([_H8, -_H8])
#: Colours as three numbers in [-1, 1].
COLOUR = 2 * torch.tensor([PALETTE[colour] for colour in COLOURS]) - 1


class Track(NamedTuple):
    """What every object does: ``b o f`` (f moments), lengths in sides; ``kind``, ``colour``, ``motion``: ``b o``.

    How a digit is written is no part of the plan that a planner makes: ``ink`` is 0 until somebody has written it.
    """

    x: Tensor
    y: Tensor
    radius: Tensor
    angle: Tensor
    visible: Tensor
    kind: Tensor  #: row of ``CODE``; -1 where there is no object
    colour: Tensor
    motion: Tensor
    ink: Tensor  #: ``b o 8 8`` in [0, 1]: a digit's handwriting; 0 for shapes


def plan_of(scenes: Sequence[DrawnScene], shape: tuple[int, int, int], seconds: float) -> Tensor:
    """The plans ``b NUMBERS frames rows columns`` of scenes that are all of one kind.

    Args:
        shape: latent frames, and rows and columns of tokens.
        seconds: between latent frames. The first stands for the clip's first picture, each later one for the
            ``PICTURES`` pictures up to its own time.
    """
    return written(*track_of(scenes, shape, seconds), shape)


def track_of(scenes: Sequence[DrawnScene], shape: tuple[int, int, int], seconds: float) -> tuple[Track, Track]:
    """What the things of scenes do, and what one picture later: at the pictures of a plan, arguments as there."""
    frames, rows, columns = shape
    side, before = min(rows, columns), torch.arange(PICTURES - 1, -1, -1) * seconds / PICTURES
    times = (torch.arange(frames)[:, None] * seconds - before).clamp(min=0).flatten()
    later = times + seconds / PICTURES
    return _track(scenes, times, columns / side, rows / side), _track(scenes, later, columns / side, rows / side)


def written(now: Track, then: Track, shape: tuple[int, int, int]) -> Tensor:
    """The plans ``b NUMBERS frames rows columns`` of what objects do.

    Args:
        now, then: at the ``frames * PICTURES`` pictures that latent frames stand for, and one picture later.
        shape: latent frames, and rows and columns of tokens.
    """
    frames, rows, columns = shape
    side, last = min(rows, columns), slice(PICTURES - 1, PICTURES)

    def pictures(value: Tensor) -> Tensor:  # b o (t p) -> b o t p 1 1
        return value.unflatten(-1, (frames, PICTURES))[..., None, None]

    def change(before: Tensor, after: Tensor, unit: float) -> Tensor:
        return pictures(after - before) / unit

    radius, later = now.radius.clamp(min=0.02), then.radius.clamp(min=0.02)
    dx = pictures(now.x) * side - (torch.arange(columns) + 0.5 - columns / 2)
    dy = pictures(now.y) * side - (torch.arange(rows) + 0.5 - rows / 2)[:, None]
    inside = (dx.abs() <= 0.5) & (dy.abs() <= 0.5)
    distance = (torch.hypot(dx, dy) / (side * pictures(radius))).masked_fill(inside, 0.0).amin(3)  # b o t h w
    distance = distance.masked_fill((now.kind < 0)[..., None, None, None], torch.inf)
    nearest = distance.argmin(1, keepdim=True)
    near = (distance.gather(1, nearest) < REACH).float()  # b 1 t h w

    def here(value: Tensor) -> Tensor:  # b o t k 1 1 or b o t k h w -> b k t h w, of the nearest object
        value = value.expand(*value.shape[:4], rows, columns)
        chosen = value.gather(1, nearest[:, :, :, None].expand(-1, -1, -1, value.shape[3], -1, -1))
        return chosen[:, 0].movedim(2, 1)

    def named(table: Tensor, index: Tensor) -> Tensor:  # b o -> b o t k 1 1
        return table[index.clamp(min=0)][:, :, None, :, None, None].expand(-1, -1, frames, -1, -1, -1)

    angle = pictures(now.angle)[:, :, :, last]
    numbers = [
        dx[:, :, :, last] / PLACE,
        dy[:, :, :, last] / PLACE,
        torch.cat([change(now.x, then.x, STEP / side), change(now.y, then.y, STEP / side)], 3),
        2 * pictures(now.visible) - 1,
        (pictures(radius)[:, :, :, last] * side / LENGTH).log() / 0.4,
        change(radius.log(), later.log(), GROWTH)[:, :, :, last],
        torch.cat([angle.cos(), angle.sin(), change(now.angle, then.angle, TURN)[:, :, :, last]], 3),
        named(COLOUR, now.colour),
        named(CODE, now.kind),
        named(CODE, now.motion),
    ]
    return torch.cat([2 * near - 1, *(near * here(value) for value in numbers)], 1) / SCALE


def numbers_of(plan: Tensor) -> dict[str, Tensor]:
    """What the cells of plans ``... NUMBERS t h w`` say, by the names of ``LAYOUT``, each ``... k t h w``."""
    return dict(zip(LAYOUT, (SCALE * plan).split(list(LAYOUT.values()), dim=-4), strict=True))


def paths(plan: Tensor) -> Tensor:
    """Where each cell of plans ``... NUMBERS t h w`` expects its object at the pictures of its latent frame.

    Returns: ``... 2 PICTURES t h w``: x and y in cells from the middle of the frame. Only cells that are near one know.
    """
    numbers, (rows, columns) = numbers_of(plan), plan.shape[-2:]
    column, row = torch.arange(columns) + 0.5 - columns / 2, torch.arange(rows) + 0.5 - rows / 2
    here = torch.stack(torch.broadcast_tensors(column[None, None], row[None, :, None])).to(plan)  # 2 1 h w
    last = (PLACE * numbers["place"] + here).unsqueeze(-4)
    steps = STEP * numbers["step"].unflatten(-4, (2, PICTURES))
    left = steps[..., :-1, :, :, :].flip(-4).cumsum(-4).flip(-4)  # from each picture but the last to the last
    return torch.cat([last - left, last], -4)


def tracks_of(plan: Tensor) -> tuple[Track, Track]:
    """What the one object of each plan ``b NUMBERS t h w`` does, as :func:`written` takes it.

    Of each latent frame the mean of what the cells say that are near the object; where none is, of the nearest one. And
    of all latent frames the path that agrees best with what they say: where it is, and how it moves on.
    """
    numbers, side = numbers_of(plan), min(plan.shape[-2:])
    near = numbers["near"]  # b 1 t h w
    near = ((near > 0) | (near == near.amax((-2, -1), keepdim=True))).to(plan)

    def mean(value: Tensor) -> Tensor:  # b k t h w -> b k t
        return (value * near).sum((-2, -1)) / near.sum((-2, -1))

    def ways(last: Tensor, steps: Tensor, error: float, step_error: float) -> tuple[Tensor, Tensor]:
        """From ``b k t``, ``b (k PICTURES) t``: where it is, and where next, at each picture ``b k (t PICTURES)``."""
        steps = steps.unflatten(1, (last.shape[1], -1)).transpose(2, 3).expand(*last.shape, PICTURES)
        now = smoothed(last, steps, error, step_error)
        then = torch.cat([now[..., 1:], now[..., -1:] + steps[..., -1, -1:]], -1)
        then[..., : PICTURES - 1] = then[..., PICTURES - 1 : PICTURES]  # the first latent frame is one picture
        return now, then

    size, turn = mean(numbers["size"]), mean(numbers["turn"])  # b 2 t, b 3 t
    turning = TURN * turn[:, 2:]
    angle = _unwrapped(torch.atan2(turn[:, 1:2], turn[:, :1]), PICTURES * turning)
    middle = mean(paths(plan)[:, :, -1]) / side
    place = ways(middle, STEP * mean(numbers["step"]) / side, PLACE / side, STEP / side)
    radius = ways(0.4 * size[:, :1] + math.log(LENGTH / side), GROWTH * size[:, 1:], 0.4, GROWTH)
    angles = ways(angle, turning, 1.0, TURN)
    names = [
        (CODE.to(plan) @ mean(numbers["shape"]).sum(-1)[..., None]).argmax(1),
        torch.cdist(mean(numbers["colour"]).mean(-1)[:, None], COLOUR.to(plan)).argmin(-1),
        (CODE[: len(MOTIONS)].to(plan) @ mean(numbers["motion"]).sum(-1)[..., None]).argmax(1),
    ]
    blinking = names[2] == MOTIONS.index("blinks")
    shown = flashes(mean(numbers["visible"]).transpose(1, 2).flatten(1), first=PICTURES - 1)  # b (t PICTURES)
    seen = torch.where(blinking, shown, 1.0)[:, None]  # nothing else comes and goes
    rest = [*names, no_ink(*names[0].shape).to(plan)]
    return tuple(  # type: ignore[return-value]
        Track(xy[:, :1], xy[:, 1:], log_radius.exp(), turned, seen, *rest)
        for xy, log_radius, turned in zip(place, radius, angles, strict=True)
    )


def _unwrapped(angle: Tensor, turning: Tensor) -> Tensor:
    """Angles ``... t`` in radians with the turns between them, if in each latent frame it turns by ``turning``."""
    turned = torch.cat([torch.zeros_like(turning[..., :1]), turning[..., 1:].cumsum(-1)], -1)
    rest = angle - turned
    jumps = torch.remainder(rest.diff(dim=-1) + math.pi, 2 * math.pi) - math.pi
    return turned + torch.cat([rest[..., :1], rest[..., :1] + jumps.cumsum(-1)], -1)


def _track(scenes: Sequence[DrawnScene], times: Tensor, width: float, height: float) -> Track:
    if all(isinstance(scene, DigitScene) for scene in scenes):
        return _digit_track(scenes, times, width, height)  # type: ignore[arg-type]
    batch = pack(scenes)  # type: ignore[arg-type]
    now = pose(batch, times)
    ink = no_ink(*batch.shape.shape)
    return Track(now.x, now.y, now.radius, now.angle, now.opacity, batch.shape, batch.colour, batch.motion, ink)


def _digit_track(scenes: Sequence[DigitScene], times: Tensor, width: float, height: float) -> Track:
    slots = max(len(scene.objects) for scene in scenes)
    x, y = (torch.zeros(len(scenes), slots, len(times)) for _ in range(2))
    radius = torch.full_like(x, 0.2)
    kind, colour, motion = (torch.full((len(scenes), slots), -1) for _ in range(3))
    ink = no_ink(len(scenes), slots)
    for i, scene in enumerate(scenes):
        for j, digit in enumerate(scene.objects):
            x[i, j], y[i, j] = digits.place(digit, times, width=width, height=height)
            radius[i, j] = digit.size / 2
            kind[i, j] = len(SHAPES) + digit.digit
            colour[i, j], motion[i, j] = COLOURS.index(digit.colour), MOTIONS.index(digit.motion)
            ink[i, j] = digits.scans()[0][digit.scan]
    return Track(x, y, radius, torch.zeros_like(x), torch.ones_like(x), kind, colour, motion, ink)


def no_ink(scenes: int, objects: int) -> Tensor:
    """Nothing is written yet: ``b o 8 8``."""
    return torch.zeros(scenes, objects, digits.WRITTEN, digits.WRITTEN)
