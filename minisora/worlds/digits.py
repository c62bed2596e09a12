"""The ``digits`` world: real handwriting that moves straight on and bounces off the walls, as in Moving MNIST.

The scans are scikit-learn's: 1,797 digits of 8x8 pixels by 43 people (E. Alpaydin and C. Kaynak, UCI, 1998). Moving
MNIST: N. Srivastava et al., "Unsupervised Learning of Video Representations using LSTMs", ICML 2015.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Literal

import torch
from torch import Generator, Tensor

from minisora.errors import UserError
from minisora.worlds.caption import Style
from minisora.worlds.claims import Claims, ObjectClaim, sentence
from minisora.worlds.phrases import ING, THIRD, call, motion_phrase, with_article
from minisora.worlds.render import FPS, PALETTE
from minisora.worlds.scene import COLOURS, DIRECTION, Colour, Motion
from minisora.worlds.vocabulary import DIGITS

Split = Literal["train", "test"]
MOTIONS: tuple[Motion, ...] = ("still", *DIRECTION)
WRITTEN = 8  #: Pixels a side of a scan.


@dataclass(frozen=True)
class Digit:
    """One handwritten digit; lengths and the origin as in ``scene.py``.

    Attributes:
        digit, scan: what it is, and which of the scans is drawn.
        motion: how it starts; a wall turns it around.
        x, y: the middle of the scan at the start. size: the side of the scan. speed: sides per second.
    """

    digit: int
    scan: int
    colour: Colour
    motion: Motion
    x: float
    y: float
    size: float
    speed: float


@dataclass(frozen=True)
class DigitScene:
    """One or two digits, from back to front, on black."""

    objects: tuple[Digit, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DigitScene:
        return cls(tuple(Digit(**each) for each in data["objects"]))


@functools.cache
def scans() -> tuple[Tensor, Tensor]:
    """All scans ``n WRITTEN WRITTEN`` in [0, 1], and which digits they are, ``n``.

    Raises:
        UserError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise UserError('the digits world needs scikit-learn: pip install "minisora[train]"') from error
    pixels, digits = load_digits(return_X_y=True)
    return torch.from_numpy(pixels).float().reshape(-1, WRITTEN, WRITTEN) / 16, torch.from_numpy(digits).long()


@functools.cache
def split_indices(split: Split) -> Tensor:
    """Which scans belong to a split: a hash of its pixels puts one in five into "test" for good."""
    pixels, _ = scans()
    hashes = [hashlib.sha256((scan * 16).to(torch.uint8).numpy().tobytes()).digest()[0] for scan in pixels]
    return torch.tensor([i for i, first in enumerate(hashes) if (first % 5 == 0) == (split == "test")])


@dataclass(frozen=True)
class DigitsWorld:
    """Which scenes are drawn, and how often.

    Attributes:
        counts: relative frequency of one and two digits.
        coloured: share of the digits that are not white.
        split: which scans are shown; "test" scans are never in training.
    """

    counts: tuple[float, ...] = (0.6, 0.4)
    coloured: float = 0.5
    split: Split = "train"

    def sample(self, n: int, *, generator: Generator, duration: float = 2.0, aspect: float = 1.0) -> list[DigitScene]:
        """``n`` scenes for a frame ``aspect`` times as wide as high; walls make them last for any ``duration``."""
        indices, (_, labels) = split_indices(self.split), scans()
        dice = Random(int(torch.randint(2**62, (), generator=generator)))
        counts = dice.choices(range(1, len(self.counts) + 1), self.counts, k=n)
        half_width, half_height = max(aspect, 1) / 2, max(1 / aspect, 1) / 2

        def digit() -> Digit:
            scan = int(indices[dice.randrange(len(indices))])
            colour = dice.choice(COLOURS) if dice.random() < self.coloured else "white"
            motion = dice.choice(MOTIONS) if dice.random() < 0.9 else "still"
            size = dice.uniform(0.4, 0.5)
            x, y = dice.uniform(-1, 1) * (half_width - size / 2), dice.uniform(-1, 1) * (half_height - size / 2)
            along_x, along_y = DIRECTION.get(motion, (0.0, 0.0))
            x = -math.copysign(x, along_x) if along_x else x  # where it leaves from, to be seen going
            y = -math.copysign(y, along_y) if along_y else y
            speed = 0.0 if motion == "still" else dice.uniform(0.2, 0.6)
            return Digit(int(labels[scan]), scan, colour, motion, x, y, size, speed)

        def scene(count: int) -> DigitScene:
            while True:  # two that look the same could not be told apart by any caption
                objects = tuple(digit() for _ in range(count))
                if len({(o.digit, o.colour) for o in objects}) == count:
                    return DigitScene(objects)

        return [scene(count) for count in counts]


def render(scenes: Sequence[DigitScene], *, frames: int, height: int, width: int, fps: float = FPS) -> Tensor:
    """Draw a clip for each scene.

    Returns: ``b 3 frames height width`` in [-1, 1], float32.
    """
    side = min(height, width)
    picture = torch.zeros(len(scenes), 3, frames, height, width)
    times = torch.arange(frames) / fps
    rows, columns = ((torch.arange(length) + 0.5 - length / 2) / side for length in (height, width))
    for slot in range(max((len(scene.objects) for scene in scenes), default=0)):
        members = [i for i, scene in enumerate(scenes) if slot < len(scene.objects)]
        digits = [scenes[i].objects[slot] for i in members]
        ink = _draw(digits, times, rows, columns)[:, None]
        colour = torch.tensor([PALETTE[d.colour] for d in digits])[:, :, None, None, None]
        picture[members] = torch.lerp(picture[members], colour, ink)
    return picture.mul_(2).sub_(1)


def _draw(digits: Sequence[Digit], times: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """How much ink there is: ``b f h w``. The kernel that enlarges a scan is separable: two small products."""
    numbers = torch.tensor([(d.x, d.y, d.size, d.speed, *DIRECTION.get(d.motion, (0, 0))) for d in digits])
    x, y, size, speed, along_x, along_y = (column[:, None] for column in numbers.T)
    pixels = scans()[0].to(times.device)[[d.scan for d in digits]]
    side = min(len(rows), len(columns))
    x = _between_walls(x + along_x * speed * times, len(columns) / side / 2 - size / 2)
    y = _between_walls(y + along_y * speed * times, len(rows) / side / 2 - size / 2)
    return draw_ink(pixels, x, y, size, rows, columns)


def draw_ink(pixels: Tensor, x: Tensor, y: Tensor, size: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """How much ink there is where scans lie: ``b f h w`` in [0, 1].

    Args:
        pixels: of the scans, ``b 8 8``.
        x, y, size: of their middles, and their sides, ``b f`` (``b 1`` for a constant).
        rows, columns: where it is asked for, ``h`` and ``w``; all of these in sides.
    """
    pixel = (size / WRITTEN)[..., None, None]
    half = (WRITTEN - 1) / 2
    down = _kernel((rows[:, None] - y[..., None, None]) / pixel - torch.arange(WRITTEN) + half)
    across = _kernel((columns[:, None] - x[..., None, None]) / pixel - torch.arange(WRITTEN) + half)
    ink = torch.einsum("b f h i, b i j, b f w j -> b f h w", down, pixels, across)
    ink = ((ink - 0.1) / 0.55).clamp_(0, 1)
    return ink * ink * (3 - 2 * ink)  # crisper edges than the scan's


def place(digit: Digit, times: Tensor, *, width: float, height: float) -> tuple[Tensor, Tensor]:
    """The middle of a digit at ``times`` in seconds, in a frame of ``width`` and ``height`` sides: (x, y)."""
    along = DIRECTION.get(digit.motion, (0.0, 0.0))
    starts, halves = (digit.x, digit.y), (width / 2, height / 2)
    x, y = (
        _between_walls(start + way * digit.speed * times, torch.tensor(half - digit.size / 2))
        for start, way, half in zip(starts, along, halves, strict=True)
    )
    return x, y


def _between_walls(position: Tensor, room: Tensor) -> Tensor:
    """Fold a straight path into [-room, room], as a billiard table does."""
    room = room.clamp(min=1e-3)
    return ((position - room).remainder(4 * room) - 2 * room).abs() - room


def _kernel(distance: Tensor) -> Tensor:
    """The cubic convolution kernel of R. Keys, 1981, equation 15."""
    d = distance.abs()
    near, far = (1.5 * d - 2.5) * d * d + 1, ((-0.5 * d + 2.5) * d - 4) * d + 2
    return torch.where(d < 1, near, torch.where(d < 2, far, 0.0))


def meets_wall(digit: Digit, *, duration: float = 2.0, aspect: float = 1.0) -> bool:
    """Whether it bounces off a wall within ``duration`` seconds."""
    along = DIRECTION.get(digit.motion, (0.0, 0.0))
    ends = (digit.x + along[0] * digit.speed * duration, digit.y + along[1] * digit.speed * duration)
    halves = max(aspect, 1) / 2, max(1 / aspect, 1) / 2
    return any(abs(end) > half - digit.size / 2 for end, half in zip(ends, halves, strict=True))


def claims_of(scene: DigitScene) -> Claims:
    """Everything that is true of a scene; a digit's word is its shape."""
    objects = tuple(ObjectClaim(DIGITS[o.digit], o.colour, None, o.motion) for o in scene.objects)
    return Claims(objects, background="black", camera="static")


def canonical(scene: DigitScene) -> str:
    """The one plain caption without synonyms: "a red handwritten seven moves up and to the left"."""
    return " and ".join(map(sentence, claims_of(scene).objects))


def caption(
    scene: DigitScene, *, style: Style, generator: Generator, duration: float = 2.0, aspect: float = 1.0
) -> str:
    """A random way to describe a scene: "a handwritten seven moves left and bounces off the walls"."""
    dice = Random(int(torch.randint(2**62, (), generator=generator)))
    form = ING if dice.random() < 0.3 else THIRD
    parts = []
    for obj in dice.sample(scene.objects, len(scene.objects)):
        name = DIGITS[obj.digit] if dice.random() < 0.75 else str(obj.digit)
        name = f"{dice.choice(('handwritten', 'handwritten', 'digit', 'number'))} {name}"
        if dice.random() < (0.4 if obj.colour == "white" else 0.9):
            name = f"{call(obj.colour, dice, 0.7)} {name}"
        name = name if style == "terse" else with_article(name)
        does = motion_phrase(obj.motion, form, dice, usual=0.5, speed=obj.speed)
        if meets_wall(obj, duration=duration, aspect=aspect) and dice.random() < (0.3 if style == "terse" else 0.8):
            walls = dice.choice(("walls", "wall", "edges", "edge"))
            does += f" and {'bouncing' if form == ING else 'bounces'} off the {walls}"
        parts.append(f"{name} {does}")
    text = ", ".join(parts) if style == "terse" else " and ".join(parts)
    if style != "descriptive":
        return text
    if len(parts) == 2 and dice.random() < 0.3:
        text = f"two handwritten digits, {text}"
    if dice.random() < 0.4:
        text = f"on a black background, {text}"
    return text[0].upper() + text[1:] + "."
