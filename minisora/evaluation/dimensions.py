"""Four of VBench's dimensions of a clip, computed where the truth is known (Huang et al. 2023, 2311.17982).

VBench asks trained networks (DINO, optical flow, an interpolator); here pixels and a coarse picture of each frame
answer. What is asked is the same, and so is what a clip must do to be praised.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from minisora.evaluation.features import frame_vectors


def subject_consistency(video: Tensor) -> Tensor:
    """How alike frames are to the first one and to the one before, ``b 3 t h w -> b``: a mean cosine, at most 1."""
    vectors = F.normalize(frame_vectors(video), dim=-1)
    first = (vectors[:, 1:] * vectors[:, :1]).sum(-1)
    before = (vectors[:, 1:] * vectors[:, :-1]).sum(-1)
    return ((first + before) / 2).mean(1)


def temporal_flickering(video: Tensor) -> Tensor:
    """How little changes from frame to frame, ``b 3 t h w -> b``: 1 minus the mean change, of a range of 1."""
    return 1 - video.diff(dim=2).abs().flatten(1).mean(1) / 2


def motion_smoothness(video: Tensor) -> Tensor:
    """How well neighbours tell each frame between them, ``b 3 t h w -> b``: 1 minus the mean error of their mean."""
    between = (video[:, :, 2:] + video[:, :, :-2]) / 2
    return 1 - (video[:, :, 1:-1] - between).abs().flatten(1).mean(1) / 2


def dynamic_degree(video: Tensor, *, share: float = 0.05, threshold: float = 0.05) -> Tensor:
    """Whether each clip moves, ``b 3 t h w -> b``, 1 or 0.

    For each step from frame to frame, the mean change of the ``share`` of pixels that change most (of a range of 1, the
    largest of the three colours); a clip moves where the mean over its steps is above ``threshold``. VBench asks
    optical flow for the same share.
    """
    change = video.diff(dim=2).abs().amax(1).flatten(2) / 2  # b t-1 pixels
    most = change.topk(max(1, round(share * change.shape[2])), dim=2).values
    return (most.mean((1, 2)) > threshold).float()


#: Each dimension with the weight that VBench gives it in its quality score.
DIMENSIONS = {
    "consistency": (subject_consistency, 1.0),
    "flickering": (temporal_flickering, 1.0),
    "smoothness": (motion_smoothness, 1.0),
    "dynamic": (dynamic_degree, 0.5),
}
