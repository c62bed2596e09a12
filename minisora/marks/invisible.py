"""An invisible watermark: a number in the pixels themselves, which a file's metadata may lose and pixels keep.

``embed`` hides it in a clip of any size and length, ``detect`` looks for it in whatever became of the clip. It was
trained for clips of this package (``experiments/watermark.py``); how well it holds stands in docs/provenance.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.checkpoint import load_checkpoint, load_weights, settings_from, shipped_folder
from minisora.errors import UserError
from minisora.hollow import hollow
from minisora.marks.learning import sized
from minisora.marks.message import DEFAULT, chance_of, message_of
from minisora.marks.network import Watermark, WatermarkConfig

NAME, KIND = "watermark", "watermark"
#: How faint it is: the signal-to-noise ratio of a marked clip, in dB, before levels end at black and white.
PSNR = 42.0
#: A mark is said to be there where chance is no likelier than this to agree as well with the message.
FALSE_ALARM = 1e-6
#: How much of the shorter side may be cropped away, as shares of it that are tried: each 5 % less than the one before.
SHARES = tuple(0.95**step for step in range(16))
#: Frames of a clip that are read, more would hardly add to what they say; and those that must do to find the scale.
LOOKED_AT, GLANCED_AT = 12, 3


@dataclass(frozen=True)
class Reading:
    """What was read in a clip, whatever it is compared with.

    Attributes:
        logits: of each bit; above 0 it is 1, and the further from 0 the surer.
        pilot: how far the pilot's best place stands out of all others, in standard deviations.
        share: how much of the shorter side seems to be left, 1 where nothing was cropped.
        shift: at which row and column of what is left a tile begins.
    """

    logits: Tensor
    pilot: float
    share: float
    shift: tuple[int, int]

    @property
    def bits(self) -> Tensor:
        """-1 and 1."""
        return torch.where(self.logits > 0, 1.0, -1.0)


@dataclass(frozen=True)
class Detection:
    """Whether a number's mark is in a clip.

    Attributes:
        number: the one that was looked for.
        bits: what was read, a letter 0 or 1 for each bit.
        matches: how many agree with the number's message.
        chance: the probability that as many thrown coins, or more, agree (the p-value: of a false alarm).
        found: whether that is below the limit.
        reading: where it was read.
    """

    number: int
    bits: str
    matches: int
    chance: float
    found: bool
    reading: Reading


def embed(clip: Tensor, number: int = DEFAULT, *, psnr: float = PSNR, network: Watermark | None = None) -> Tensor:
    """A clip ``3 t h w`` in [-1, 1] with a number hidden in each of its frames; the size stays.

    Args:
        psnr: the higher, the fainter; below about 30 dB everybody sees it.
        network: by default the shipped one.
    Raises: UserError for a number that cannot be written, a shape that is no clip, no weights.
    """
    _check(clip)
    network = load_watermark() if network is None else network
    message = message_of(number, bits=network.config.bits).to(clip)
    with torch.no_grad():
        frames = clip.detach().float().movedim(1, 0)
        small = _at(frames, network.config.side)
        change = torch.cat([network.embedder(some, message.expand(len(some), -1)) for some in small.split(16)])
        change = _resize(change, *frames.shape[2:])
        return (frames + sized(change, psnr)).clamp(-1, 1).movedim(0, 1).to(clip.dtype)


def detect(
    clip: Tensor,
    number: int = DEFAULT,
    *,
    false_alarm: float = FALSE_ALARM,
    network: Watermark | None = None,
    reading: Reading | None = None,
) -> Detection:
    """Whether a number is hidden in a clip ``3 t h w`` in [-1, 1] of any size, cropped or not.

    Where the tile is, the pilot alone decides, which is the same for all numbers: the bits are read once, and the
    probability of chance needs no correction for places that were tried.

    Args:
        false_alarm: how likely chance may be.
        reading: what ``read`` found, to compare it with many numbers.
    Raises: UserError for a number that none can be, a shape that is no clip, no weights.
    """
    reading = read(clip, network=network) if reading is None else reading
    message = message_of(number, bits=len(reading.logits))
    matches = int((reading.bits == message).sum())
    chance = chance_of(matches, len(message))
    said = "".join("1" if bit > 0 else "0" for bit in reading.bits)
    return Detection(number, said, matches, chance, chance <= false_alarm, reading)


def read(clip: Tensor, *, network: Watermark | None = None, shares: tuple[float, ...] = SHARES) -> Reading:
    """The bits at the place, and in the scale, in which the pilot stands out most.

    Raises: UserError for a shape that is no clip, no weights.
    """
    _check(clip)
    network = load_watermark() if network is None else network
    with torch.no_grad():
        chosen = torch.linspace(0, clip.shape[1] - 1, min(LOOKED_AT, clip.shape[1])).round().long()
        frames = clip.detach().float()[:, chosen.to(clip.device)].movedim(1, 0)
        few = frames[:: -(-len(frames) // GLANCED_AT)]
        glanced = sorted((_read_at(few, network, share) for share in shares), key=lambda reading: -reading.pilot)
        best = [_read_at(frames, network, reading.share) for reading in glanced[:2]]
        return max(best, key=lambda reading: reading.pilot)


def _read_at(frames: Tensor, network: Watermark, share: float) -> Reading:
    """The best place if this share of the shorter side is left."""
    small = _at(frames, max(network.config.tile, round(share * network.config.side)))
    scores = network.extractor.scores(network.extractor.folded(small).mean(0, keepdim=True))[0].cpu()
    pilot = scores[0].flatten()
    place = int(pilot.argmax())
    shift = (place // network.config.tile, place % network.config.tile)
    stands_out = float((pilot[place] - pilot.mean()) / pilot.std().clamp_min(1e-9))
    return Reading(scores[1:, shift[0], shift[1]], stands_out, share, shift)


def load_watermark(path: Path | None = None) -> Watermark:
    """The networks whose weights lie at ``path``, by default the shipped ones, ready to be used.

    Raises: UserError, see ``load_checkpoint``.
    """
    return _load(shipped_folder() / f"{NAME}.safetensors" if path is None else path)


@functools.lru_cache(maxsize=2)
def _load(path: Path) -> Watermark:
    tensors, card = load_checkpoint(path, kind=KIND)
    with hollow():
        network = Watermark(settings_from(WatermarkConfig, card["settings"], source=path))
    load_weights(network, tensors, source=path)
    return network.eval().requires_grad_(False)


def _at(frames: Tensor, side: int) -> Tensor:
    """Frames ``n 3 h w`` with so many pixels on the shorter side."""
    height, width = frames.shape[2:]
    scale = side / min(height, width)
    return _resize(frames, max(side, round(scale * height)), max(side, round(scale * width)))


def _resize(frames: Tensor, height: int, width: int) -> Tensor:
    if frames.shape[2:] == (height, width):
        return frames
    return F.interpolate(frames, (height, width), mode="bicubic", antialias=True, align_corners=False)


def _check(clip: Tensor) -> None:
    if clip.ndim != 4 or clip.shape[0] != 3 or 0 in clip.shape:
        raise UserError(f"no clip: shape {tuple(clip.shape)}, it must be 3 t h w")
