"""The exercise `structure`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, Exercise, Mistake, Solution
from minisora.course.exercises.c12_given.common import drawn
from minisora.diffusion.structure import structure


def _pixels() -> tuple[Tensor, Tensor]:
    """Two clips with a thing of their own each, that moves a pixel in each frame, and what is behind it."""
    y, x = torch.arange(9).view(-1, 1), torch.arange(11)
    backdrop = torch.stack([0.5 * y / 8 - 0.4 + 0 * x, 0.3 - 0.05 * x + 0 * y, 0.0 * y - 0.1 + 0 * x]).float()
    clips = []
    for top, colour in ((1, (0.9, 0.3, -0.1)), (5, (-0.4, -0.9, -0.35))):
        clip = backdrop[:, None].repeat(1, 3, 1, 1)
        for frame in range(3):
            clip[:, frame, top : top + 3, frame : frame + 4] = torch.tensor(colour).view(3, 1, 1)
        clips.append(clip)
    return torch.stack(clips), backdrop[None, :, None]


THINGS, BEHIND = _pixels()


SPECKLED = drawn(1, 3, 2, 7, 8, seed=3).clamp(-1, 1)


BLACK = torch.full((1, 3, 1, 1, 1), -1.0)


def _shaped(
    says: str, clip: Tensor = THINGS, backdrop: Tensor = BEHIND, *, blur: int = 0, contrast: float = 0.2
) -> Case:
    return Case(says, lambda f: f(clip.clone(), backdrop.clone(), blur=blur, contrast=contrast))


def _box(inside: Tensor, frames: int = 1, side: int = 5, pad: bool = True, zeros: bool = False) -> Tensor:
    padding = (frames // 2, side // 2, side // 2) if pad else 0
    return F.avg_pool3d(inside, (frames, side, side), 1, padding, count_include_pad=zeros)


def _whitened(
    *,
    apart: Callable[[Tensor, Tensor, float], Tensor] = lambda clip, backdrop, contrast: (
        (clip - backdrop).abs().amax(1, keepdim=True) > contrast
    ),
    often: Callable[[int], int] = lambda blur: blur,
    once: Callable[[Tensor], Tensor] = _box,
    paint: Callable[[Tensor, Tensor], Tensor] = lambda inside, clip: 2 * inside - 1,
    whole: bool = True,
) -> Solution:
    """Silhouettes with a part exchanged: who is inside, how it is blurred, how it is painted."""

    def silhouettes(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
        inside = apart(clip, backdrop, contrast).to(clip)
        for _ in range(often(blur)):
            inside = once(inside)
        painted = paint(inside, clip)
        return painted.expand_as(clip).clone() if whole and painted.shape[2:] == clip.shape[2:] else painted

    return silhouettes


def _structure_by_sums(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    b, c, t, h, w = clip.shape
    away = (clip - backdrop).transpose(1, 2).reshape(b * t, c, h, w)
    inside = ((away > contrast) | (away < -contrast)).sum(1, keepdim=True).clamp(max=1).to(clip)
    ones = torch.ones(1, 1, 5, 5).to(clip)
    here = F.conv2d(torch.ones_like(inside), ones, padding=2)
    for _ in range(blur):
        inside = F.conv2d(inside, ones, padding=2) / here
    white = inside.reshape(b, t, 1, h, w).transpose(1, 2)
    return torch.cat([white - (1 - white)] * c, dim=1)


def _blurs_the_clip(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    away = clip - backdrop
    for _ in range(blur):
        away = _box(away)
    return (2 * (away.abs().amax(1, keepdim=True) > contrast).to(clip) - 1).expand_as(clip)


STRUCTURE = Exercise(
    name="structure",
    reference=structure,
    cases=(
        _shaped("things that are lighter and darker than what is behind, not blurred"),
        _shaped("the same, blurred once", blur=1),
        _shaped("the same, blurred three times", blur=3),
        _shaped("speckles before black, with a contrast of 1.2", SPECKLED, BLACK, contrast=1.2),
        _shaped("speckles before black, blurred twice", SPECKLED, BLACK, blur=2),
        _shaped("speckles before other speckles, a backdrop for each frame", SPECKLED, SPECKLED.flip(2), blur=1),
    ),
    mistakes=(
        Mistake(
            "each colour by itself",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs() > contrast),
            "red, green and blue have a silhouette each, so that the thing keeps its colour. A pixel is inside if "
            "*any* of its colours differs: `.any(dim=1, keepdim=True)`",
        ),
        Mistake(
            "all colours",
            _whitened(
                apart=lambda clip, backdrop, contrast: ((clip - backdrop).abs() > contrast).all(dim=1, keepdim=True)
            ),
            "you ask that all three colours differ: a red thing before black differs in one. One is enough, `.any`",
        ),
        Mistake(
            "mean of the colours",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs().mean(1, keepdim=True) > contrast),
            "you compare the mean difference of the three colours, in which one strong colour goes under: a pixel is "
            "inside if *any* of its colours differs",
        ),
        Mistake(
            "grey against grey",
            _whitened(
                apart=lambda clip, backdrop, contrast: (
                    (clip.mean(1, keepdim=True) - backdrop.mean(1, keepdim=True)).abs() > contrast
                )
            ),
            "you compare brightness with brightness; a thing may be as bright as what is behind it. A pixel is inside "
            "if *any* of its colours differs",
        ),
        Mistake(
            "only what is lighter",
            _whitened(apart=lambda clip, backdrop, contrast: ((clip - backdrop) > contrast).any(dim=1, keepdim=True)),
            "you see only what is lighter than what is behind; dark things differ, too: .abs()",
        ),
        Mistake(
            "its own contrast",
            _whitened(apart=lambda clip, backdrop, contrast: (clip - backdrop).abs().amax(1, keepdim=True) > 0.2),
            "you compare with 0.2, whatever `contrast` says",
        ),
        Mistake(
            "inverted",
            _whitened(paint=lambda inside, clip: 1 - 2 * inside),
            "black and white are exchanged: the thing is white (1), what is behind is black (-1)",
        ),
        Mistake(
            "from 0 to 1",
            _whitened(paint=lambda inside, clip: inside),
            "your silhouettes go from 0 to 1; pixels of clips go from -1 (black) to 1 (white): 2 * inside - 1",
        ),
        Mistake(
            "cut out",
            _whitened(paint=lambda inside, clip: inside * clip + inside - 1),
            "you cut the thing out of the clip, colours and all: those are to go, only its silhouette is wanted",
        ),
        Mistake(
            "one channel",
            _whitened(whole=False),
            "your clip has one channel. It is to be a clip as others are, with three: `.expand_as(clip)`",
        ),
        Mistake(
            "not blurred",
            _whitened(often=lambda blur: 0),
            "the silhouettes are sharp whatever `blur` says: average each frame over 5x5 pixels, `blur` times",
        ),
        Mistake(
            "blurred once",
            _whitened(often=lambda blur: min(blur, 1)),
            "you blur once at most: `blur` says how often",
        ),
        Mistake(
            "once too often",
            _whitened(often=lambda blur: blur + 1),
            "you blur once more than `blur` says: 0 leaves the silhouettes sharp",
        ),
        Mistake(
            "through time",
            _whitened(once=partial(_box, frames=3)),
            "you blur through time as well, so that each frame knows of the next one and motion smears: the kernel is "
            "(1, 5, 5)",
        ),
        Mistake(
            "black beyond the border",
            _whitened(once=partial(_box, zeros=True)),
            "things at the border of the frame fade, since the padding counts as black: count_include_pad=False",
        ),
        Mistake(
            "smaller",
            _whitened(once=partial(_box, pad=False)),
            "your clip shrinks by four pixels with each blur: pad by (0, 2, 2)",
        ),
        Mistake(
            "three pixels",
            _whitened(once=partial(_box, side=3)),
            "you average over 3x3 pixels; 5x5 are asked for",
        ),
        Mistake(
            "clip blurred first",
            _blurs_the_clip,
            "you blur the clip and compare then, so that the silhouettes grow and stay sharp: first compare, then "
            "blur the silhouettes",
        ),
        Mistake(
            "sharp again",
            _whitened(paint=lambda inside, clip: 2 * (inside > 0.5).to(clip) - 1),
            "after the blur you decide again who is inside, which makes the border sharp: leave the numbers as the "
            "blur made them",
        ),
    ),
    alternatives=(_whitened(), _structure_by_sums),
    hints=(
        "Three steps: who is inside (a comparison), how sharp is the border (an average, `blur` times), and how is it "
        "painted (from 0..1 to -1..1).",
        "`((clip - backdrop).abs() > contrast).any(dim=1, keepdim=True)` is true for a pixel of which one colour "
        "differs; `.to(clip)` makes numbers of it.",
        "`inside = torch.nn.functional.avg_pool3d(inside, (1, 5, 5), stride=1, padding=(0, 2, 2), "
        "count_include_pad=False)`, `blur` times; then `2 * inside - 1`, and `.expand_as(clip)` for the three colours.",
    ),
    becomes="minisora/diffusion/structure.py",
    minutes=12,
    difficulty=2,
    points=3,
    trains=False,
)
