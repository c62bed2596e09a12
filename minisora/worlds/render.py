"""From a scene to pixels: anti-aliased, lightly shaded, at any size, shape, and duration, a batch at a time.

Every shape is a signed distance function (negative inside), after the two-dimensional ones of Inigo Quilez; a pixel's
coverage is its distance in pixels, so that edges are smooth at every resolution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from minisora.worlds.motion import Pose, SceneBatch, View, pack, pose, view
from minisora.worlds.scene import BACKGROUNDS, COLOURS, SHAPES, Background, Colour, Scene, Shape

FPS = 8.0  #: Frames per second of every clip of the drawn worlds.

#: sRGB in [0, 1]. Chosen so that no two are alike in lightness and hue at once: people with any of the three kinds of
#: dichromacy can tell every pair apart (tests/worlds/test_palette.py measures it).
PALETTE: dict[Colour, tuple[float, float, float]] = {
    "red": (0.82, 0.10, 0.14),
    "orange": (0.98, 0.52, 0.08),
    "yellow": (0.98, 0.90, 0.30),
    "green": (0.10, 0.58, 0.28),
    "cyan": (0.35, 0.86, 0.93),
    "blue": (0.16, 0.30, 0.92),
    "purple": (0.62, 0.24, 0.76),
    "white": (0.96, 0.96, 0.96),
}
PLAIN: dict[Background, tuple[float, float, float]] = {
    "black": (0.03, 0.03, 0.04),
    "grey": (0.34, 0.34, 0.35),
    "navy": (0.04, 0.06, 0.20),
}
SKY_TOP, SKY_LOW = (0.36, 0.50, 0.66), (0.66, 0.74, 0.78)
GROUND_HIGH, GROUND_LOW = (0.26, 0.24, 0.17), (0.14, 0.13, 0.10)
HORIZON = 0.2  #: Height of the horizon below the middle of the frame, in sides.
DOT_SPACING = 0.25  #: Sides between the soft dots that let one see plain backgrounds move.


def render(scenes: Sequence[Scene], *, frames: int, height: int, width: int, fps: float = FPS) -> Tensor:
    """Draw a clip for each scene.

    Returns: ``b 3 frames height width`` in [-1, 1], float32.
    """
    return render_batch(pack(scenes), frames=frames, height=height, width=width, fps=fps)


def render_batch(batch: SceneBatch, *, frames: int, height: int, width: int, fps: float = FPS) -> Tensor:
    """The same as :func:`render` for scenes that are tensors already."""
    times = torch.arange(frames) / fps
    background = _draw_background(batch.background, view(batch, times), *_grid(height, width))
    return draw_objects(background, pose(batch, times), batch.shape, batch.colour).mul_(2).sub_(1)


def draw_objects(picture: Tensor, poses: Pose, shape: Tensor, colour: Tensor) -> Tensor:
    """A picture ``b 3 f h w`` in [0, 1], and objects over it from back to front; ``shape``, ``colour``: ``b o``."""
    height, width = picture.shape[-2:]
    y, x = _grid(height, width)
    for slot in range(shape.shape[1]):
        here = [value[:, slot, :, None, None] for value in poses]
        cover, shade = draw_object(shape[:, slot], *here, y=y, x=x, pixel=1 / min(height, width))
        rgb = torch.tensor([PALETTE[c] for c in COLOURS])[colour[:, slot].clamp(min=0)][:, :, None, None, None]
        lit = torch.where(shade > 0, rgb + shade * (1 - rgb), rgb * (1 + shade))
        picture = torch.lerp(picture, lit, cover)
    return picture


def _grid(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Where pixels are, ``h 1`` and ``1 w``, in sides from the middle of the frame."""
    side = min(height, width)
    y = ((torch.arange(height) + 0.5) - height / 2) / side
    x = ((torch.arange(width) + 0.5) - width / 2) / side
    return y[:, None], x[None, :]


def draw_object(
    shape: Tensor,
    cx: Tensor,
    cy: Tensor,
    radius: Tensor,
    angle: Tensor,
    opacity: Tensor,
    *,
    y: Tensor,
    x: Tensor,
    pixel,
) -> tuple[Tensor, Tensor]:
    """Coverage in [0, 1] and shade in [-1, 1] of one object of each scene: ``b 1 f h w``."""
    dx, dy = x - cx, y - cy
    cos, sin = angle.cos(), angle.sin()
    u, v = (dx * cos + dy * sin) / radius, (dy * cos - dx * sin) / radius  # in the object's own frame, in radii
    distance = torch.full_like(u, torch.inf)
    for index, name in enumerate(SHAPES):
        members = shape == index
        if members.any():
            distance[members] = DISTANCE[name](u[members], v[members])
    cover = (0.5 - distance * (radius / pixel)).clamp_(0, 1) * opacity
    depth = (-distance / 0.3).clamp_(0, 1)  # darker towards the rim, as if the object were thick
    # Lit from its own top, so that a turning disc is seen to turn.
    shade = (-0.38 * v - 0.18 + 0.18 * depth).clamp_(-1, 1)
    return cover[:, None], shade[:, None]


def _circle(u: Tensor, v: Tensor) -> Tensor:
    return torch.hypot(u, v) - 0.95


def _ring(u: Tensor, v: Tensor) -> Tensor:
    return (torch.hypot(u, v) - 0.76).abs() - 0.22


def _box(u: Tensor, v: Tensor, half: float) -> Tensor:
    du, dv = u.abs() - half, v.abs() - half
    return torch.hypot(du.clamp(min=0), dv.clamp(min=0)) + torch.maximum(du, dv).clamp(max=0)


def _square(u: Tensor, v: Tensor) -> Tensor:
    return _box(u, v, 0.74) - 0.06  # a little rounded


def _diamond(u: Tensor, v: Tensor) -> Tensor:
    a, b = 0.66, 1.04  # half width and half height: narrow, so that it is not a square on its corner
    u, v = u.abs(), v.abs()
    along = ((a * (a - u) + b * v) / (a * a + b * b)).clamp(0, 1)
    distance = torch.hypot(u - a * (1 - along), v - b * along)
    return torch.where(u / a + v / b < 1, -distance, distance)


def _triangle(u: Tensor, v: Tensor) -> Tensor:
    k, r = math.sqrt(3), 0.88
    u, v = u.abs() - r, -(v - 0.12) + r / k
    outside = u + k * v > 0
    u, v = torch.where(outside, (u - k * v) / 2, u), torch.where(outside, (-k * u - v) / 2, v)
    u = u - u.clamp(-2 * r, 0)
    return -torch.hypot(u, v) * torch.sign(v) - 0.04


def _star(u: Tensor, v: Tensor) -> Tensor:
    r, inner = 1.05, 0.46  # outer radius, and inner as a share of it
    k1 = (math.cos(math.pi / 5), -math.sin(math.pi / 5))
    k2 = (-k1[0], k1[1])
    u, v = u.abs(), -v
    for k in (k1, k2):
        fold = 2 * (k[0] * u + k[1] * v).clamp(min=0)
        u, v = u - fold * k[0], v - fold * k[1]
    u, v = u.abs(), v - r
    ba = (inner * -k1[1], inner * k1[0] - 1)
    along = ((u * ba[0] + v * ba[1]) / (ba[0] ** 2 + ba[1] ** 2)).clamp(0, r)
    return torch.hypot(u - ba[0] * along, v - ba[1] * along) * torch.sign(v * ba[0] - u * ba[1]) - 0.02


#: Signed distance of each shape in units of its circumscribed radius; ``v`` points down.
DISTANCE: dict[Shape, Callable[[Tensor, Tensor], Tensor]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "diamond": _diamond,
    "ring": _ring,
}


def _draw_background(kind: Tensor, camera: View, y: Tensor, x: Tensor) -> Tensor:
    """``b 3 f h w`` in [0, 1]."""
    zoom = camera.zoom[:, None, :, None, None]
    wx, wy = x / zoom + camera.x[:, None, :, None, None], y / zoom
    wave = 2 * math.pi / DOT_SPACING
    dots = (torch.cos(wave * wx) * torch.cos(wave * wy)).clamp_(min=0).square_()
    plain = torch.tensor([PLAIN.get(name, (0.0, 0.0, 0.0)) for name in BACKGROUNDS])[kind][:, :, None, None, None]
    picture = plain + 0.06 * dots
    sky = kind == BACKGROUNDS.index("sky")
    if sky.any():
        picture[sky] = _draw_sky(wx[sky], wy[sky])
    return picture


def _draw_sky(wx: Tensor, wy: Tensor) -> Tensor:
    def colour(rgb: tuple[float, float, float]) -> Tensor:
        return torch.tensor(rgb)[None, :, None, None, None]

    hills = HORIZON + 0.025 * torch.sin(2 * math.pi * wx / 0.7) + 0.012 * torch.sin(2 * math.pi * wx / 0.31)
    clouds = (torch.cos(2 * math.pi * wx / 0.6) * torch.cos(2 * math.pi * (wy + 0.3) / 0.4)).clamp(min=0).square()
    high = ((wy + 0.5) / (HORIZON + 0.5)).clamp(0, 1)
    low = ((wy - HORIZON) / (0.5 - HORIZON)).clamp(0, 1)
    sky = torch.lerp(colour(SKY_TOP), colour(SKY_LOW), high) + 0.07 * clouds
    ground = torch.lerp(colour(GROUND_HIGH), colour(GROUND_LOW), low)
    return torch.lerp(sky, ground, ((wy - hills) / 0.02 + 0.5).clamp(0, 1))
