"""The background of a clip and the movement of its camera, by comparison with the backgrounds that the worlds draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from minisora.worlds.motion import SceneBatch, View, view
from minisora.worlds.render import FPS, render_batch
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, Background, Camera

Candidate = tuple[Background, Camera, float]

CLIPPED = 0.12  #: A difference (root mean square over RGB) counts no more than this: objects must not decide.
RECOGNISED = 0.2  #: The share of all pixels that must be nearer than this, or the clip shows no known background.
TINT = 0.08  #: The background of a generated clip may be lighter, darker, or more colourful by this much.
PAN_TOTALS = (0.12, 0.16, 0.20, 0.24, 0.28, 0.32, 0.36)  #: Sides that a camera may pan during a clip.
ZOOM_TOTALS = tuple(math.log(z) for z in (1.2, 1.3, 1.4, 1.5, 1.6))
MOVES: tuple[tuple[Camera, float], ...] = (
    *(("pans left", total) for total in PAN_TOTALS),
    *(("pans right", total) for total in PAN_TOTALS),
    *(("zooms in", total) for total in ZOOM_TOTALS),
    *(("zooms out", total) for total in ZOOM_TOTALS),
)
MOVING_GAIN = 0.2  #: A moving camera must be better by this share of what a camera that truly moves would gain.


@dataclass(frozen=True)
class Backdrop:
    """What stands behind the objects.

    Attributes:
        kind: the background, None where the clip shows none of the known ones.
        camera, camera_speed: as in :class:`minisora.worlds.scene.Scene`.
        picture: the background alone, ``f 3 h w`` in [0, 1].
    """

    kind: Background | None
    camera: Camera
    camera_speed: float
    picture: Tensor

    def view(self, times: Tensor) -> View:
        """The camera at ``times`` (f,) in seconds: each of (f,)."""
        x, zoom = view(_scenery([(BACKGROUNDS[0], self.camera, self.camera_speed)]), times)
        return View(x[0], zoom[0])


def find_backdrop(video: Tensor, *, fps: float = FPS) -> Backdrop:
    """Name the background and the camera's movement in a video ``f 3 h w`` in [0, 1]."""
    frames, _, height, width = video.shape
    duration = max(frames - 1, 1) / fps
    step = max(1, (frames - 1) // 4)  # a few frames, at half the size, decide
    low = [max(8, round(32 * length / min(height, width))) for length in (height, width)]
    small = interpolate(video[::step], size=low, mode="area")

    still: list[Candidate] = [(kind, "static", 0.0) for kind in BACKGROUNDS]
    drawn = _draw(still, len(small), low, fps / step)
    tints = _tints(small, drawn)
    drawn = drawn + tints
    errors = _errors(small, drawn) + tints.square().mean((1, 2, 3, 4))[:, None]
    kind = BACKGROUNDS[int((errors[:, 0] + errors.mean(1)).argmin())]
    static, tint = drawn[BACKGROUNDS.index(kind)], tints[BACKGROUNDS.index(kind)]
    small = small - tint
    static = static - tint
    best, total = float(_errors(small, static[None]).mean()), 0.0
    camera: Camera = "static"
    trials: list[tuple[Camera, float]] = list(MOVES)
    for fraction in (0.02, 0.01, 0.005, 0.0):  # coarse, then ever finer around the best so far
        drawn = _draw([(kind, c, t / duration) for c, t in trials], len(small), low, fps / step)
        # A clip whose camera does this is nearer to it than to the static picture by the distance between the two, and
        # one whose camera is static is as much farther, whatever the noise.
        apart = _errors(static, drawn).mean(1) if camera == "static" else torch.zeros(len(trials))
        found = _errors(small, drawn).mean(1)
        at = int(found.argmin())
        if found[at] < best - MOVING_GAIN * float(apart[at]):
            best, (camera, total) = float(found[at]), trials[at]
        if camera == "static":
            break
        trials = [(camera, total - fraction), (camera, total + fraction)]
    speed = total / duration
    picture = _draw([(kind, camera, speed)], frames, (height, width), fps)[0] + tint
    seen = ((video - picture).square().mean(1) < CLIPPED**2).float().mean()
    return Backdrop(kind if seen > RECOGNISED else None, camera, speed, picture)


def _errors(video: Tensor, drawn: Tensor) -> Tensor:
    """Mean clipped squared difference of each candidate from each frame: ``b f``."""
    return (video - drawn).square().mean(2).clamp_(max=CLIPPED**2).mean((-1, -2))


def _tints(video: Tensor, drawn: Tensor) -> Tensor:
    """By how much the whole background of a clip differs from each drawn one: ``b 1 3 1 1``."""
    difference = video - drawn  # b f 3 h w
    near = (difference.square().mean(2, keepdim=True) < (2 * TINT) ** 2).expand_as(difference)
    values = difference.where(near, torch.nan).transpose(1, 2).flatten(2)  # b 3 n
    return values.nanmedian(-1).values.nan_to_num(0).clamp(-TINT, TINT)[:, None, :, None, None]


def _draw(candidates: Sequence[Candidate], frames: int, size: Sequence[int], fps: float) -> Tensor:
    """Backgrounds without objects, ``b f 3 h w`` in [0, 1]."""
    video = render_batch(_scenery(candidates), frames=frames, height=size[0], width=size[1], fps=fps)
    return (video.transpose(1, 2) + 1) / 2


def _scenery(candidates: Sequence[Candidate]) -> SceneBatch:
    words, numbers = torch.zeros(len(candidates), 0, dtype=torch.long), torch.zeros(len(candidates), 0)
    kinds, cameras, speeds = zip(*candidates, strict=True)
    return SceneBatch(
        *(words, words, words, words),
        *(numbers, numbers, numbers, numbers),
        background=torch.tensor([BACKGROUNDS.index(k) for k in kinds]),
        camera=torch.tensor([CAMERAS.index(c) for c in cameras]),
        camera_speed=torch.tensor(speeds, dtype=torch.float32),
    )
