"""The smallest world in which cascades, motion and few steps can be shown: one thing on black, five frames of 16x16.

A network of 0.2 million numbers learns it in a minute of one processor. Data are centred and scaled pixels, as latents
are in the codec's rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor

from minisora.evaluation.features import places
from minisora.model import DiT, DiTConfig, Tokenizer
from minisora.worlds.caption import canonical, canonical_motion
from minisora.worlds.motion import pack
from minisora.worlds.render import PALETTE, render, render_batch
from minisora.worlds.scene import DIRECTION, Colour, Motion, Scene, Shape, Size
from minisora.worlds.shapes import ShapesWorld
from minisora.worlds.vocabulary import WORDS

WAYS: tuple[Motion, ...] = ("left", "right", "up", "down")
WORLD = ShapesWorld(counts=(1.0,), motions=WAYS, backgrounds=("black",), moving_camera=0.0, occlusion=0.0)
COLOURS: tuple[Colour, ...] = ("red", "green", "blue", "yellow")
SHAPES: tuple[Shape, ...] = ("circle", "square", "triangle")
SIZES: tuple[Size, ...] = ("medium", "large")
FPS = 2.0  #: Five frames are two seconds, in which a thing crosses up to half of the frame.
#: Mean and standard deviation of the pixels of these clips.
CENTRE, SPREAD = -0.83, 0.32


@dataclass(frozen=True)
class Drawn:
    """Clips of the world: scenes, and their captions as word ids."""

    scenes: list[Scene]
    tokenizer: Tokenizer = field(default_factory=lambda: Tokenizer(WORDS))

    def __len__(self) -> int:
        return len(self.scenes)

    @property
    def captions(self) -> list[str]:
        """In full, with what the thing does."""
        return [canonical(scene) for scene in self.scenes]

    @property
    def stills(self) -> list[str]:
        """What a single picture shows, without what the thing does."""
        motions = (canonical_motion(scene.objects[0].motion) for scene in self.scenes)
        return [text.removesuffix(motion).strip() for text, motion in zip(self.captions, motions, strict=True)]

    def ids(self, texts: list[str] | None = None) -> Tensor:
        return self.tokenizer.encode(self.captions if texts is None else texts)

    def clips(self, shape: tuple[int, int, int] = (5, 16, 16), *, fps: float = FPS) -> Tensor:
        """Data ``b 3 t h w``: centred and scaled pixels."""
        frames, height, width = shape
        return to_data(render(self.scenes, frames=frames, height=height, width=width, fps=fps))


def draw(n: int, *, seed: int, duration: float = 2.0) -> Drawn:
    """``n`` clips of the world, of which each crosses the frame as far in ``duration`` seconds: the longer, the slower.

    Of the larger world's scenes those are kept that are large and bright enough for so few pixels.
    """
    dice, kept = Generator().manual_seed(seed), []
    while len(kept) < n:
        kept += [scene for scene in WORLD.sample(4 * n, generator=dice, duration=duration) if _seen(scene)]
    return Drawn(kept[:n])


def _seen(scene: Scene) -> bool:
    (thing,) = scene.objects
    return thing.colour in COLOURS and thing.shape in SHAPES and thing.size in SIZES


def to_data(video: Tensor) -> Tensor:
    """Pixels in [-1, 1] to numbers of mean 0 and size 1."""
    return (video - CENTRE) / SPREAD


def to_video(data: Tensor) -> Tensor:
    """And back."""
    return (data * SPREAD + CENTRE).clamp(-1, 1)


def tiny(*, known: int = 0, width: int = 64, depth: int = 3, seed: int = 0, patch: int = 4) -> DiT:
    """A transformer of about 0.25 million numbers for pixels in patches of 4x4."""
    config = DiTConfig(
        channels=3,
        width=width,
        depth=depth,
        heads=width // 16,
        text_width=32,
        text_depth=1,
        text_heads=2,
        vocabulary=len(WORDS) + 2,
        patch=patch,
        known=known,
    )
    return DiT(config, generator=Generator().manual_seed(seed))


def motion(video: Tensor) -> Tensor:
    """By how much the thing of each clip moves from frame to frame, ``b 2`` (x, y), in sides: the mean of its steps."""
    where = places(video)[:, :, :2]
    return where.diff(dim=1).mean(1)


def obeyed(video: Tensor, scenes: list[Scene], *, least: float = 0.02) -> Tensor:
    """Whether each clip moves as its scene's words say, ``b``: mostly in that direction, and at all."""
    asked = torch.tensor([DIRECTION[scene.objects[0].motion] for scene in scenes])
    step = motion(video)
    along = (step * asked).sum(1)
    return (along > least) & (along > 0.7 * step.norm(dim=1))


def nearest_error(video: Tensor, scenes: list[Scene], *, fps: float = FPS) -> Tensor:
    """How far each clip is from the nearest that its scene's words allow, ``b``: squared error of data, mean over it.

    Words leave open where the thing begins and how fast it is; both are sought, from what is seen, in ever smaller
    steps. So what is generated can be measured clip by clip, though nobody knows the clip that it should have been.
    """
    batch, data, where = pack(scenes), to_data(video), places(video)[:, :, :2]
    frames, height, width = video.shape[2:]
    way = torch.tensor([DIRECTION[scene.objects[0].motion] for scene in scenes])
    speed = (where.diff(dim=1).mean(1) * way).sum(1).clamp(min=0.0) * fps
    begin = where.mean(1) - way * speed[:, None] * (frames - 1) / fps / 2
    best = torch.cat([begin, speed[:, None]], dim=1)

    def error(at: Tensor) -> Tensor:
        moved = batch._replace(x=at[:, :1], y=at[:, 1:2], speed=at[:, 2:])
        drawn = to_data(render_batch(moved, frames=frames, height=height, width=width, fps=fps))
        return (drawn - data).square().flatten(1).mean(1)

    least = error(best)
    for size in (1 / 16, 1 / 32, 1 / 64, 1 / 128):
        for change in (*size * torch.eye(3), *-size * torch.eye(3)):
            tried = best + change
            errors = error(tried)
            best = torch.where((errors < least)[:, None], tried, best)
            least = torch.minimum(errors, least)
    return least


def coloured(video: Tensor, scenes: list[Scene]) -> Tensor:
    """Whether the thing of each clip has the colour of the words, ``b``: that of the four to which it is nearest.

    A colour is a direction from black, since things are lit and shaded; the brightest tenth of the pixels is looked at.
    """
    pixels = ((video + 1) / 2).flatten(2)
    bright = pixels.amax(1).topk(max(1, pixels.shape[2] // 20), dim=1).indices
    mean = pixels.gather(2, bright[:, None].expand(-1, 3, -1)).mean(2)
    palette = torch.nn.functional.normalize(torch.tensor([PALETTE[each] for each in COLOURS]), dim=1)
    nearest = (torch.nn.functional.normalize(mean, dim=1) @ palette.T).argmax(1)
    return nearest == torch.tensor([COLOURS.index(scene.objects[0].colour) for scene in scenes])
