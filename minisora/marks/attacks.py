"""What happens to a clip on its way, meant or not: each as a function of a video, most of them differentiable.

The networks are trained against these; files that are really encoded (``reencode.py``) are kept for the test. A video
is ``b 3 t h w`` in [-1, 1] and stays so, though sizes may change.

Source: Zhu et al. 2018, HiDDeN (1807.09937), "noise layers"; Shin and Song 2017, JPEG-resistant Adversarial Images
(rounding that lets a gradient through).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def rounded(video: Tensor, levels: float = 127.5) -> Tensor:
    """In 256 levels, as every file has it; gradients pass as if nothing had been rounded."""
    limited = video.clamp(-1, 1)
    return limited + ((limited * levels).round() / levels - limited).detach()


def noise(video: Tensor, size: float, *, generator: Generator | None = None) -> Tensor:
    """Gaussian noise of this standard deviation, another one in each frame."""
    dice = torch.randn(video.shape, generator=generator)
    return (video + size * dice.to(video)).clamp(-1, 1)


def blur(video: Tensor, sigma: float) -> Tensor:
    """A Gaussian blur of so many pixels."""
    reach = max(1, math.ceil(2.5 * sigma))
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, device=video.device) / sigma) ** 2)
    line = (line / line.sum()).to(video.dtype)
    frames, back = _frames(video)
    for kernel, pad in ((line[:, None], (0, 0, reach, reach)), (line[None], (reach, reach, 0, 0))):
        weight = kernel.expand(3, 1, *kernel.shape)
        frames = F.conv2d(F.pad(frames, pad, mode="replicate"), weight, groups=3)
    return back(frames)


def scaled(video: Tensor, height: int, width: int) -> Tensor:
    """Another size: bicubic, antialiased where it gets smaller."""
    frames, back = _frames(video)
    if frames.shape[2:] == (height, width):
        return video
    other = F.interpolate(frames, (height, width), mode="bicubic", antialias=True, align_corners=False)
    return back(other.clamp(-1, 1))


def rescaled(video: Tensor, share: float) -> Tensor:
    """Made smaller (or larger) by a share, and back."""
    height, width = video.shape[3:]
    small = scaled(video, max(8, round(share * height)), max(8, round(share * width)))
    return scaled(small, height, width)


def crop(video: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
    """A window of the frame, in pixels."""
    if top < 0 or left < 0 or height < 1 or width < 1 or top + height > video.shape[3] or left + width > video.shape[4]:
        raise ValueError(f"window {(top, left, height, width)} of a frame of {tuple(video.shape[3:])}")
    return video[..., top : top + height, left : left + width]


def cropped(video: Tensor, share: float, *, generator: Generator | None = None) -> Tensor:
    """A window with this share of both sides, anywhere."""
    height, width = (max(1, round(share * side)) for side in video.shape[3:])
    top, left = (
        int(torch.randint(0, whole - part + 1, (), generator=generator))
        for whole, part in zip(video.shape[3:], (height, width), strict=True)
    )
    return crop(video, top, left, height, width)


def brightened(video: Tensor, *, add: float = 0.0, contrast: float = 1.0, colour: float = 1.0) -> Tensor:
    """More light (``add``), more contrast around grey, more colour around each pixel's own grey."""
    grey = video.mean(1, keepdim=True)
    return ((grey + colour * (video - grey)) * contrast + add).clamp(-1, 1)


def frames_dropped(video: Tensor, share: float, *, generator: Generator | None = None) -> Tensor:
    """This share of all frames left out, at least one kept."""
    count = video.shape[2]
    kept = max(1, round(count * (1 - share)))
    chosen = torch.randperm(count, generator=generator)[:kept].sort().values
    return video[:, :, chosen.to(video.device)]


#: Luma and two differences of colour out of red, green and blue (BT.601), for values around 0.
LUMA = torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])


def coarsened(video: Tensor, step: float, *, block: int = 8, half_colour: bool = True) -> Tensor:
    """A stand-in for encoding, with gradients: blocks become cosines, whose numbers are rounded to multiples of a step.

    Steps grow with the frequency, as in JPEG, MPEG and H.264; what these predict from other blocks is not in it.

    Args:
        step: for the lowest frequency, where levels go from -1 to 1; 0.02 is hardly seen, 0.3 ugly.
        half_colour: whether four pixels share one colour (4:2:0).
    """
    frames, back = _frames(video)
    height, width = frames.shape[2:]
    padded = F.pad(frames, (0, -width % block, 0, -height % block), mode="replicate")
    colours = LUMA.to(padded)
    planes = torch.einsum("ij,njhw->nihw", colours, padded)
    if half_colour:
        shared = F.avg_pool2d(planes[:, 1:], 2)
        planes = torch.cat([planes[:, :1], F.interpolate(shared, scale_factor=2.0, mode="nearest")], 1)
    cosines = _cosines(block).to(planes)
    blocks = planes.unflatten(2, (-1, block)).unflatten(4, (-1, block))
    numbers = torch.einsum("uy,ncaybx,vx->ncaubv", cosines, blocks, cosines)
    line = torch.arange(block, device=planes.device)
    steps = step * (1 + 0.5 * (line[:, None] + line[None])).to(planes)[None, None, None, :, None, :]
    coarse = numbers + ((numbers / steps).round() * steps - numbers).detach()
    planes = torch.einsum("uy,ncaubv,vx->ncaybx", cosines, coarse, cosines).flatten(4, 5).flatten(2, 3)
    decoded = torch.einsum("ij,njhw->nihw", torch.linalg.inv(colours), planes)
    return back(decoded[..., :height, :width].clamp(-1, 1))


def _cosines(block: int) -> Tensor:
    """The orthonormal discrete cosine transform, a row a frequency."""
    place = (torch.arange(block) + 0.5) * torch.pi / block
    rows = torch.cos(torch.arange(block)[:, None] * place[None]) * (2 / block) ** 0.5
    rows[0] *= 0.5**0.5
    return rows


def _frames(video: Tensor) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """A video's frames as a batch of pictures ``b*t 3 h w``, and the way back."""
    if video.ndim != 5 or video.shape[1] != 3:
        raise ValueError(f"video of shape {tuple(video.shape)}, it must be b 3 t h w")
    count = video.shape[0]
    return video.movedim(2, 1).flatten(0, 1), lambda frames: frames.unflatten(0, (count, -1)).movedim(1, 2)
