"""The exercise `inpaint`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from minisora.course.checks.exercise import Exercise, Mistake, Solution
from minisora.course.exercises.c12_given.common import CLIP, NOISE, asked_for
from minisora.diffusion.given import Given, inpaint

HARD = torch.zeros(1, 1, 1, 2, 4)


HARD[..., 2:] = 1


SOFT = torch.tensor([0.0, 0.6, 1.0, 0.3]).view(1, 1, 1, 1, 4) * torch.tensor([1.0, 0.5]).view(1, 1, 1, 2, 1)


LATER = torch.tensor([0.0, 0.0, 0.4, 1.0, 1.0]).view(1, 1, 5, 1, 1)


EACH = torch.stack([torch.eye(2, 4), torch.eye(2, 4).flip(1)])[:, None, None]


def _filled(
    *,
    mix: Callable[[Tensor, Tensor, Tensor], Tensor] = lambda clip, noise, hole: (1 - hole) * clip + hole * noise,
    seen: Callable[[Tensor], Tensor] = lambda hole: hole,
    told: Callable[[Tensor], Tensor] = lambda hole: hole,
) -> Solution:
    """Inpainting with a part exchanged: how the hole is filled, which hole it is, what free says of it."""

    def inpainted(noise: Tensor, clip: Tensor, hole: Tensor) -> Given:
        clip, hole = clip.to(noise), seen(hole.to(noise))
        return Given(mix(clip, noise, hole).expand_as(noise), told(hole))

    return inpainted


def _inpaint_by_frames(noise: Tensor, clip: Tensor, hole: Tensor) -> tuple[Tensor, Tensor]:
    hole = hole.to(noise).expand(len(noise), 1, *noise.shape[2:])
    frames = [torch.lerp(clip.to(noise)[:, :, i], noise[:, :, i], hole[:, :, i]) for i in range(noise.shape[2])]
    return torch.stack(frames, dim=2), hole


INPAINT = Exercise(
    name="inpaint",
    reference=inpaint,
    cases=(
        asked_for("a hole in the right half of all frames", NOISE, CLIP, HARD),
        asked_for("a hole with soft borders: 0.3, 0.6 and so on", NOISE, CLIP, SOFT),
        asked_for("a hole in time: the last two frames, and the one before them by 0.4", NOISE, CLIP, LATER),
        asked_for("a hole for each clip", NOISE, CLIP, EACH),
        asked_for("one clip in float64 for two noises in float32", NOISE, CLIP[:1].double(), SOFT),
        asked_for("a hole of booleans", NOISE, CLIP, HARD > 0),
        asked_for("no hole", NOISE, CLIP, 0 * HARD),
    ),
    mistakes=(
        Mistake(
            "upside down",
            _filled(seen=lambda hole: 1 - hole),
            "the hole is upside down: 1 is where to generate, all the rest is given",
        ),
        Mistake(
            "free upside down",
            _filled(told=lambda hole: 1 - hole),
            "x is right, but free is upside down: it is 1 in the hole and 0 outside, just as the hole",
        ),
        Mistake(
            "noise wherever there is a hole",
            _filled(mix=lambda clip, noise, hole: torch.where(hole > 0, noise, clip)),
            "where the hole is soft you put nothing but noise, and tell the network of less (free = 0.6): it needs "
            "the clip under as much noise as free says, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "soft borders stay clean",
            _filled(mix=lambda clip, noise, hole: torch.where(hole == 1, noise, clip)),
            "where the hole is soft you put the clean clip, and tell the network of noise (free = 0.6): it needs the "
            "clip under as much noise as free says, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "hard borders",
            _filled(seen=lambda hole: (hole > 0).to(hole)),
            "you make every hole a hard one: between 0 and 1 it keeps a part of the clip, and free stays the number "
            "that it is",
        ),
        Mistake(
            "rounded",
            _filled(seen=lambda hole: hole.round()),
            "you round the hole to 0 and 1: between them it keeps a part of the clip, and free stays the number that "
            "it is",
        ),
        Mistake(
            "free is whole",
            _filled(told=lambda hole: (hole > 0).to(hole)),
            "x is right, but free is 1 in the soft borders, so that the network takes them for pure noise: free is "
            "the hole as it is",
        ),
        Mistake(
            "free everywhere",
            _filled(told=torch.ones_like),
            "x is right, but free is 1 everywhere, so that what is given is taken for noise: free is the hole itself",
        ),
        Mistake(
            "another path",
            _filled(mix=lambda clip, noise, hole: (1 - hole**2).sqrt() * clip + hole * noise),
            "you mix along another path, √(1 - t²) clip + t noise. The network was trained on the straight one: "
            "(1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "noise laid over",
            _filled(mix=lambda clip, noise, hole: clip + hole * noise),
            "you lay noise over the clip, which stays as strong as it was: where the hole is 1, nothing of it may be "
            "left, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "noise everywhere",
            _filled(mix=lambda clip, noise, hole: (1 - hole) * clip + noise),
            "noise lies over what is given, too: it belongs into the hole only, (1 - hole) * clip + hole * noise",
        ),
        Mistake(
            "the clip's type",
            lambda noise, clip, hole: Given((1 - hole.to(clip)) * clip + hole.to(clip) * noise, hole.to(clip)),
            "x has the clip's type (here float64), and the network has weights of the noise's: clip.to(noise) first",
        ),
        Mistake(
            "clip and noise exchanged",
            _filled(mix=lambda clip, noise, hole: hole * clip + (1 - hole) * noise),
            "clip and noise are exchanged in x: in the hole (1) there is noise, outside (0) the clip",
        ),
        Mistake(
            "empty",
            _filled(mix=lambda clip, noise, hole: (1 - hole) * clip),
            "the hole is empty, zeros: what is to be made starts as noise",
        ),
        Mistake(
            "the first frame's hole",
            _filled(seen=lambda hole: hole[:, :, :1]),
            "you use the hole of the first frame for all of them: a hole may have as many frames as the clip",
        ),
        Mistake(
            "the first clip's hole",
            _filled(seen=lambda hole: hole[:1]),
            "you use the hole of the first clip for all of them: a hole may have a row for each clip",
        ),
    ),
    alternatives=(_filled(), _inpaint_by_frames),
    hints=(
        "Two tensors again, and one of them you have: what is free is the hole.",
        "Where the hole is 0.6, the network will be told the time 0.6. What does a clip look like at the time 0.6 of "
        "the straight path?",
        "`hole = hole.to(noise)`, `x = (1 - hole) * clip.to(noise) + hole * noise`, `return Given(x, hole)`.",
    ),
    becomes="minisora/diffusion/given.py",
    minutes=10,
    difficulty=2,
    points=3,
    trains=False,
)
