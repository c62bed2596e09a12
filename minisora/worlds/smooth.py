"""One path from two measurements of it: where it is now and then, and how it moves on from each picture."""

from __future__ import annotations

import torch
from torch import Tensor


def smoothed(places: Tensor, steps: Tensor, place_error: float, step_error: float) -> Tensor:
    """The path that agrees best with both, in the sense of least squares: what a Kalman smoother finds, all at once.

    A plan's places are rough and its steps are fine, but to add up steps alone is to stray ("dead reckoning"); so each
    counts by how exact it is.

    Args:
        places: ``... t``, each at the last picture of its latent frame. The first latent frame is one picture.
        steps: ``... t p``, from each of the ``p`` pictures of a latent frame to the next picture. Of the first latent
            frame, whose pictures are one and the same, the last step counts.
        place_error, step_error: the deviations of the two.

    Returns: ``... t*p``, of the first latent frame its one picture ``p`` times.
    """
    t, p = steps.shape[-2:]
    pictures = 1 + (t - 1) * p
    one = torch.eye(pictures, dtype=torch.float64)
    design = torch.cat([one[::p] / place_error, one.diff(dim=0) / step_error])  # places, then steps
    solve = torch.linalg.pinv(design).to(places)
    between = steps.flatten(-2)[..., p - 1 : -1]
    path = torch.cat([places / place_error, between / step_error], -1) @ solve.T
    return torch.cat([path[..., :1].expand(*path.shape[:-1], p - 1), path], -1)
