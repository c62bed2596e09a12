"""What is where and when, without what it is: white silhouettes, from which words make something else.

A noised clip still shows its colours long after it has lost its outlines, so :func:`~minisora.diffusion.given.sdedit`
keeps what one wants to change and loses what one wants to keep. Take the content out first:

    shape = codec.encode(structure(clip, backdrop, blur=2))
    x, late = sdedit(shape, noise, times, strength=0.8)

Gen-1 (Esser et al. 2023) blurs a depth map and hands it to a network that was trained with it, as further channels.
Here nothing is trained: the silhouettes are an unusual clip under an unusual amount of noise.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from minisora.errors import UserError

BLUR = 5  #: Pixels a side over which a frame is averaged, each time.


def structure(clip: Tensor, backdrop: Tensor, *, blur: int = 0, contrast: float = 0.2) -> Tensor:
    """White where a clip differs from what is behind, black elsewhere: pixels like ``clip``, in [-1, 1].

    Args:
        clip: pixels ``b c t h w`` in [-1, 1].
        backdrop: the same without the things, or what broadcasts to it, such as one frame for a camera that rests.
        blur: how often each frame is averaged over 5x5 pixels: the more, the less of the outline is left to obey.
        contrast: a pixel belongs to a thing where one of its colours differs by more than this.
    Raises: UserError for a negative blur.
    """
    if blur < 0:
        raise UserError(f"blur {blur}: it says how often, from 0 (sharp) — try 2")
    inside = ((clip - backdrop).abs() > contrast).any(dim=1, keepdim=True).to(clip)
    for _ in range(blur):  # beyond the border there is nothing, which is not the same as black
        inside = F.avg_pool3d(
            inside, (1, BLUR, BLUR), stride=1, padding=(0, BLUR // 2, BLUR // 2), count_include_pad=False
        )
    return (2 * inside - 1).expand_as(clip).clone()
