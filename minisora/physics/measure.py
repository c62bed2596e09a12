"""Where things are in a clip, and how far their velocity is from the law's.

A colour's weight at a pixel is how far its channel lies above the other two, so that grey, black and white weigh
nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor


def weights(video: Tensor, channel: int) -> Tensor:
    """How much of a colour each pixel holds: ``b 3 t h w -> b t h w``, from 0 to 0.9."""
    others = [c for c in range(3) if c != channel]
    weight = (video[:, channel] - video[:, others].amax(1)) / 2
    return (weight - 0.1).clamp(min=0)  # a tenth is what a soft picture has anywhere


def centroids(video: Tensor, channel: int = 0) -> Tensor:
    """The middle of what has this colour, in each frame: ``b 3 t h w -> b t 2``, x and y in pixels.

    NaN where nothing has it.
    """
    weight = weights(video, channel)
    y, x = (torch.arange(size, device=video.device) + 0.5 for size in video.shape[3:])
    total = weight.sum((2, 3))
    middle = torch.stack([(weight.sum(2) * x).sum(2), (weight.sum(3) * y).sum(2)], dim=-1)
    return middle / torch.where(total > 0, total, torch.nan)[..., None]


def velocity_error(found: Tensor, places: Tensor, *, given: int = 3) -> float:
    """Mean distance of a clip's velocities from the true ones, in pixels a frame.

    Args:
        found: where a thing is in the clip, ``b t 2``; clips in which it is lost (NaN) in a step that counts do not
            count.
        places: where it should be.
        given: frames that were given: steps between them do not count, the step out of the last of them does.

    Source: Kang et al. 2024 (2411.02385, section 3.2), who average ``|v - v_true|`` over frames and clips.
    """
    velocity, true = found.diff(dim=1), places.diff(dim=1)
    error = (velocity - true).norm(dim=-1)[:, given - 1 :]
    return float(error[error.isfinite().all(1)].mean())


def agreement(thing: Tensor, image: Tensor, places: Tensor, *, given: int = 3) -> tuple[float, float]:
    """How far a thing and its image are apart in x, and how much their errors go together (correlation, at most 1).

    All are ``b t 2``: both as found, and where both should be. Two that are wrong in the same way are still one thing
    and its image; two that are wrong independently are two things.
    """
    ours, theirs = (each[:, given:, 0] - places[:, given:, 0] for each in (thing, image))
    both = torch.stack([ours.flatten(), theirs.flatten()])
    both = both[:, both.isfinite().all(0)]
    return float((both[0] - both[1]).abs().mean()), float(torch.corrcoef(both)[0, 1])
