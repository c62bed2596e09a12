"""Chapter 03: blocks of pixels, convolution that never looks ahead, the price of information, scale, and streams."""

# The convolution that is taught hands out its cache beside the answer, which nn.Conv3d does not.
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.codec.causal import CausalConv3d
from minisora.codec.losses import kl_divergence
from minisora.codec.stream import decode_stream
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake, call


def drawn(*shape: int, seed: int = 0) -> Tensor:
    """Numbers that differ from each other, so that a swap cannot hide."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def to_blocks(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    """Cut a clip into blocks of pixels, ``b c t h w -> b t' h' w' n``, as in ``Codec.encode_distribution``."""
    first = video[:, :, :1].expand(-1, -1, temporal - 1, -1, -1)
    return _cut(torch.cat([first, video], dim=2), temporal, spatial)


def _cut(
    video: Tensor, temporal: int, spatial: int, pixels: str = "b c (t p) (h q) (w r) -> b t h w (c p q r)"
) -> Tensor:
    return rearrange(video, pixels, p=temporal, q=spatial, r=spatial)


def _cut_off(video: Tensor, temporal: int, spatial: int) -> Tensor:
    """Frames that do not fill a block are dropped."""
    return _cut(video[:, :, : video.shape[2] // temporal * temporal], temporal, spatial)


def _front(video: Tensor, temporal: int) -> Tensor:
    return torch.cat([video[:, :, :1].expand(-1, -1, temporal - 1, -1, -1), video], dim=2)


def _to_blocks_by_hand(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    video = torch.cat([video[:, :, :1]] * (temporal - 1) + [video], dim=2)
    b, c, t, h, w = video.shape
    split = video.reshape(b, c, t // temporal, temporal, h // spatial, spatial, w // spatial, spatial)
    return split.permute(0, 2, 4, 6, 1, 3, 5, 7).flatten(4)


def _zeros_in_front(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    return _cut(F.pad(video, (0, 0, 0, 0, temporal - 1, 0)), temporal, spatial)


def _last_frame_repeated(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    last = video[:, :, -1:].expand(-1, -1, temporal - 1, -1, -1)
    return _cut(torch.cat([video, last], dim=2), temporal, spatial)


def _first_frame_dropped(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    return _cut(video[:, :, 1:], temporal, spatial)


def _one_copy_too_many(video: Tensor, temporal: int = 4, spatial: int = 8) -> Tensor:
    return _cut(_front(video, temporal + 1), temporal, spatial)


TO_BLOCKS = Exercise(
    name="to_blocks",
    reference=to_blocks,
    cases=(
        call("two clips of 5 frames of 16x24", drawn(2, 3, 5, 16, 24)),
        call("an image of 8x16", drawn(1, 3, 1, 8, 16)),
        call("3 frames of 8x12 in blocks of 2x4x4", drawn(1, 3, 3, 8, 12), 2, 4),
    ),
    mistakes=(
        Mistake(
            "zeros in front",
            _zeros_in_front,
            "you fill up the first block with zeros, which is a flash of grey before the clip begins; repeat the first "
            "frame instead",
        ),
        Mistake(
            "filled up at the end",
            _last_frame_repeated,
            "you repeat the last frame at the end. Put copies of the first frame in front: then the first block does "
            "not depend on what comes later, and an image is a clip",
        ),
        Mistake(
            "first frame dropped",
            _first_frame_dropped,
            "you drop the first frame to make the number fit, and nothing is left of an image; repeat it instead",
        ),
        Mistake(
            "one copy too many",
            _one_copy_too_many,
            "`temporal` copies are one too many: the frame itself is there already, so put temporal - 1 copies before "
            "it",
        ),
        Mistake(
            "three copies",
            lambda x, temporal=4, spatial=8: _cut_off(_front(x, 4), temporal, spatial),
            "you put three copies in front, whatever `temporal` is: it takes temporal - 1",
        ),
        Mistake(
            "no copies",
            lambda x, temporal=4, spatial=8: _cut_off(x, temporal, spatial),
            "you put no copies in front, and drop the frames that do not fill a block: repeat the first frame "
            "temporal - 1 times",
        ),
        Mistake(
            "mirrored",
            lambda x, temporal=4, spatial=8: _cut(
                torch.cat(
                    [
                        x[:, :, 1:temporal].flip(2)
                        if x.shape[2] >= temporal
                        else _front(x, temporal)[:, :, 1:temporal],
                        x,
                    ],
                    dim=2,
                ),
                temporal,
                spatial,
            ),
            "you mirror the first frames in front of the clip, so that the first block knows the frames to come: put "
            "copies of the first frame there",
        ),
        Mistake(
            "the last frame in front",
            lambda x, temporal=4, spatial=8: _cut(
                torch.cat([x[:, :, -1:].expand(-1, -1, temporal - 1, -1, -1), x], dim=2), temporal, spatial
            ),
            "you put copies of the last frame in front: they are to be copies of the first one",
        ),
        Mistake(
            "the first frame repeated at the end",
            lambda x, temporal=4, spatial=8: _cut(
                torch.cat([x, x[:, :, :1].expand(-1, -1, temporal - 1, -1, -1)], dim=2), temporal, spatial
            ),
            "your copies of the first frame stand at the end of the clip: put them in front",
        ),
        *(
            Mistake(
                f"inside as ({inside})",
                lambda x, temporal=4, spatial=8, inside=inside: _cut(
                    _front(x, temporal), temporal, spatial, f"b c (t p) (h q) (w r) -> b t h w ({inside})"
                ),
                f"the right blocks, but inside a block the numbers are ordered as ({inside}): it is channel, frame, "
                f"row, "
                "column, (c p q r)",
            )
            for inside in ("p c q r", "q r c p", "c q r p", "p c r q")
        ),
        *(
            Mistake(
                f"split as {split}",
                lambda x, temporal=4, spatial=8, split=split: _cut(
                    _front(x, temporal), temporal, spatial, f"b c {split} -> b t h w (c p q r)"
                ),
                f"your blocks collect numbers from far apart: {split}. Neighbours belong together: (t p) (h q) (w r)",
            )
            for split in ("(t p) (q h) (r w)", "(p t) (h q) (w r)", "(t p) (q h) (w r)", "(t p) (h q) (r w)")
        ),
        Mistake(
            "one axis of blocks",
            lambda x, temporal=4, spatial=8: _cut(_front(x, temporal), temporal, spatial).flatten(1, 3),
            "your blocks lie in one long row: keep their three axes, b t' h' w' n",
        ),
        Mistake(
            "blocks rows and columns exchanged",
            lambda x, temporal=4, spatial=8: _cut(_front(x, temporal), temporal, spatial).transpose(2, 3),
            "rows and columns of blocks are exchanged: b t' h' w' n",
        ),
        Mistake(
            "pixels from far apart",
            lambda x, temporal=4, spatial=8: _cut(
                _front(x, temporal), temporal, spatial, "b c (p t) (q h) (r w) -> b t h w (c p q r)"
            ),
            "your blocks collect pixels from far apart: (q h) takes every h-th row. Neighbours belong together: (h q)",
        ),
        Mistake(
            "channels last",
            lambda x, temporal=4, spatial=8: _cut(
                _front(x, temporal), temporal, spatial, "b c (t p) (h q) (w r) -> b t h w (p q r c)"
            ),
            "the right blocks, but inside a block the channels come last; they come first here: (c p q r)",
        ),
        Mistake(
            "block transposed",
            lambda x, temporal=4, spatial=8: _cut(
                _front(x, temporal), temporal, spatial, "b c (t p) (h q) (w r) -> b t h w (c p r q)"
            ),
            "inside each block rows and columns are swapped: its rows (q) come before its columns (r)",
        ),
    ),
    alternatives=(_to_blocks_by_hand,),
    hints=(
        "Two steps: make the number of frames a multiple of `temporal`, then cut. `patchify` of chapter 02 is the "
        "second step, with one axis more.",
        "`video[:, :, :1]` is the first frame and still has a time axis. `.expand(-1, -1, n, -1, -1)` makes n of it "
        "without copying, and `torch.cat([…], dim=2)` joins in time.",
        'Then `rearrange(…, "b c (t p) (h q) (w r) -> b t h w (…)", p=temporal, q=spatial, r=spatial)`, with the '
        "four letters of what is inside a block in the brackets: channel, frame, row, column.",
    ),
    becomes="minisora/codec/autoencoder.py",
    minutes=10,
    difficulty=1,
    points=2,
)


class _Variant(nn.Conv3d):
    """A causal convolution with other ideas about the past: the base of the mistakes."""

    def __init__(self, in_channels: int, out_channels: int, kernel: tuple[int, int, int]):
        super().__init__(in_channels, out_channels, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.past = kernel[0] - 1

    def before(self, x: Tensor) -> Tensor:
        return x.new_zeros(x.shape[0], self.past, *x.shape[2:])

    def convolve(self, x: Tensor) -> Tensor:
        return F.conv3d(x.movedim(-1, 1), self.weight, self.bias, padding=self.padding).movedim(1, -1)


class _TapByTap(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        frames, x = x.shape[1], torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        taps = []
        for k in range(self.past + 1):
            each = x[:, k : k + frames].flatten(0, 1).movedim(-1, 1)
            taps.append(F.conv2d(each, self.weight[:, :, k], padding=self.padding[1:]))  # type: ignore[arg-type]
        y = sum(taps[1:], taps[0]).movedim(1, -1).unflatten(0, (len(x), frames))
        return y + self.bias, x[:, frames:]


class _BothSides(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        cache = self.before(x) if cache is None else cache
        joined = torch.cat([cache, x], dim=1)
        left = self.past // 2
        spread = F.pad(joined[:, left:], (0, 0, 0, 0, 0, 0, 0, self.past - left))[:, : x.shape[1] + self.past]
        return self.convolve(spread), joined[:, joined.shape[1] - self.past :]


class _Future(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        joined = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(F.pad(x, (0, 0, 0, 0, 0, 0, 0, self.past))), joined[:, joined.shape[1] - self.past :]


class _CacheIgnored(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x), x], dim=1)
        return self.convolve(x), x[:, x.shape[1] - self.past :]


class _OutputsKept(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        y = self.convolve(x)
        return y, y[:, max(0, y.shape[1] - self.past) :]


class _ShortMemory(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        joined = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(joined), x[:, max(0, x.shape[1] - self.past) :]


class _MinusZero(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(x), x[:, -self.past :]


class _OneTooMany(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        if cache is None:
            cache = F.pad(self.before(x), (0, 0, 0, 0, 0, 0, 1, 0))
        x = torch.cat([cache, x], dim=1)
        return self.convolve(x), x[:, x.shape[1] - self.past - 1 :]


class _FirstFrameRepeated(_Variant):
    def before(self, x: Tensor) -> Tensor:
        return x[:, :1].expand(-1, self.past, -1, -1, -1)

    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(x), x[:, x.shape[1] - self.past :]


class _BiasForgotten(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        y = F.conv3d(x.movedim(-1, 1), self.weight, padding=self.padding)
        return y.movedim(1, -1), x[:, x.shape[1] - self.past :]


class _Halves(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        half = self.past // 2
        x = F.pad(x, (0, 0, 0, 0, 0, 0, half, self.past - half))
        return self.convolve(x), x[:, x.shape[1] - self.past :]


class _FirstKept(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(x), x[:, : self.past]


class _Behind(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        joined = torch.cat([x, self.before(x) if cache is None else cache], dim=1)
        return self.convolve(joined), self.kept(x, joined)

    def kept(self, x: Tensor, joined: Tensor) -> Tensor:
        return joined[:, joined.shape[1] - self.past :]


class _BehindOfPiece(_Behind):
    def kept(self, x: Tensor, joined: Tensor) -> Tensor:
        return x[:, max(0, x.shape[1] - self.past) :]


class _WholeKept(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(x), x


class _NotCausalAtAll(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        joined = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        return self.convolve(x), joined[:, joined.shape[1] - self.past :]


class _AlongRows(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        cache = x.new_zeros(*x.shape[:2], self.past, *x.shape[3:]) if cache is None else cache
        x = torch.cat([cache, x], dim=2)
        return self.convolve(x), x[:, :, x.shape[2] - self.past :]


class _Backwards(_Variant):
    def forward(self, x: Tensor, cache: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x = torch.cat([self.before(x) if cache is None else cache, x], dim=1)
        y = F.conv3d(x.movedim(-1, 1), self.weight.flip(2), self.bias, padding=self.padding)
        return y.movedim(1, -1), x[:, x.shape[1] - self.past :]


def _convolution(kind: Callable[..., Any], kernel: tuple[int, int, int]) -> Callable[..., tuple[Tensor, Tensor]]:
    with torch.random.fork_rng(devices=[]):  # a layer draws its first weights from the global generator
        layer = kind(3, 5, kernel)
    with torch.no_grad():
        layer.weight.copy_(drawn(5, 3, *kernel, seed=1))
        layer.bias.copy_(drawn(5, seed=2))
    return layer


def _impulse_seen(kind: Callable[..., Any]) -> Tensor:
    x = torch.zeros(1, 6, 1, 1, 3)
    layer = _convolution(kind, (3, 1, 1))
    silent, _ = layer(x)
    x[:, 2] = 1
    return ((layer(x)[0] - silent).abs().sum((0, 2, 3, 4)) > 1e-6).detach()


def _in_pieces(kind: Callable[..., Any], kernel: tuple[int, int, int], lengths: list[int]) -> tuple[Tensor, Tensor]:
    layer, cache, outputs = _convolution(kind, kernel), None, []
    for piece in drawn(2, sum(lengths), 4, 3, 3, seed=3).split(lengths, dim=1):
        y, cache = layer(piece, cache)
        outputs.append(y.detach())
    if not isinstance(cache, Tensor):
        raise CheckFailed("it returns no cache beside the output: the last inputs, which the next piece begins with")
    return torch.cat(outputs, dim=1), cache.detach()


CAUSAL_CONV = Exercise(
    name="CausalConv3d",
    reference=CausalConv3d,
    cases=(
        Case(
            "which of 6 outputs react to the input at time 2, with a kernel of 3x1x1",
            _impulse_seen,
            expected=lambda: torch.tensor([False, False, True, True, True, False]),
        ),
        Case("6 frames at once, kernel 3x3x3", lambda kind: _in_pieces(kind, (3, 3, 3), [6]), tolerance=1e-4),
        Case(
            "the same in pieces of 3, 2 and 1 frames, each with the cache of the one before",
            lambda kind: _in_pieces(kind, (3, 3, 3), [3, 2, 1]),
            expected=lambda: _in_pieces(CausalConv3d, (3, 3, 3), [6]),
            tolerance=1e-4,
        ),
        Case(
            "pieces of 1 and 1 frames, kernel 3x1x1",
            lambda kind: _in_pieces(kind, (3, 1, 1), [1, 1]),
            expected=lambda: _in_pieces(CausalConv3d, (3, 1, 1), [2]),
            tolerance=1e-4,
        ),
        Case(
            "a kernel of 1x3x3, which needs no past at all",
            lambda kind: _in_pieces(kind, (1, 3, 3), [2, 1]),
            tolerance=1e-4,
        ),
    ),
    mistakes=(
        Mistake(
            "past and future",
            _BothSides,
            "your output at time t also depends on the input at t + 1: time is padded on both sides. Everything that "
            "is added goes to the left",
        ),
        Mistake(
            "the future instead of the past",
            _Future,
            "your zeros stand after the clip, so that every output looks ahead and none looks back: they go before it",
        ),
        Mistake(
            "cache not used",
            _CacheIgnored,
            "right at the beginning of a clip, but a later piece does not see the one before: when a cache is given, "
            "it takes the place of the zeros",
        ),
        Mistake(
            "outputs kept",
            _OutputsKept,
            "you keep your last outputs. The next piece convolves inputs, so keep the last `past` inputs",
        ),
        Mistake(
            "cache of the piece alone",
            _ShortMemory,
            "after a piece that is shorter than the past, your cache is too short: take it from cache and piece "
            "together, not from the piece alone",
        ),
        Mistake(
            "minus nothing",
            _MinusZero,
            "when `past` is 0, `x[:, -past:]` is all of x and not nothing (-0 is 0): count from the front, "
            "`x.shape[1] - past`",
        ),
        Mistake(
            "one too many",
            _OneTooMany,
            "you put `kernel[0]` inputs in front, one too many, so that there is one output too many. The kernel "
            "covers the present as well: `past` is kernel[0] - 1",
        ),
        Mistake(
            "first frame repeated",
            _FirstFrameRepeated,
            "before the beginning you put copies of the first frame. Some codecs do; here there are zeros",
        ),
        Mistake(
            "half before, half after",
            _Halves,
            "you pad time on both sides, so an output depends on the future, and the cache is not used. All `past` "
            "frames go in front: zeros at the beginning, and the cache later",
        ),
        Mistake(
            "first inputs kept",
            _FirstKept,
            "you keep the first inputs of what you joined, which is the cache that you were given. The next piece "
            "follows on "
            "the last ones: keep those",
        ),
        Mistake(
            "the past behind",
            _Behind,
            "you join the past behind the piece, where the future belongs: it goes in front, `torch.cat([cache, x], "
            "1)`",
        ),
        Mistake(
            "the past behind, cache of the piece",
            _BehindOfPiece,
            "you join the past behind the piece, where the future belongs: it goes in front, `torch.cat([cache, x], "
            "1)`, and the new cache is the last of what you joined",
        ),
        Mistake(
            "everything kept",
            _WholeKept,
            "you keep all inputs, so the cache grows with the film, and the next piece comes out too long: keep the "
            "last "
            "`past` of them",
        ),
        Mistake(
            "nothing in front",
            _NotCausalAtAll,
            "you convolve the piece alone, with nothing in front, so that too few outputs come: join the cache (or "
            "zeros) before it",
        ),
        Mistake(
            "joined along the rows",
            _AlongRows,
            "you join the cache along the rows. The layout is b t h w c: time is axis 1",
        ),
        Mistake(
            "kernel backwards",
            _Backwards,
            "your kernel runs backwards in time: F.conv3d takes the weights as they are",
        ),
        Mistake(
            "bias forgotten",
            _BiasForgotten,
            "every output is off by the same numbers: the bias is missing. Hand `self.bias` to F.conv3d as well",
        ),
    ),
    alternatives=(_TapByTap,),
    hints=(
        "Without a cache, make one: zeros of the shape `b, past, h, w, c`. `x.new_zeros(…)` has x's kind and device. "
        "From there on both cases are the same.",
        "`torch.cat([cache, x], dim=1)`: the layout is `b t h w c`, so time is axis 1. PyTorch wants the channels "
        "first: `.movedim(-1, 1)` on the way in, `.movedim(1, -1)` on the way out.",
        "`F.conv3d(…, self.weight, self.bias, padding=self.padding)` pads space and leaves time alone, since "
        "`self.padding` begins with 0.",
        "The new cache is the last `self.past` frames of what you joined: `x[:, x.shape[1] - self.past :]`.",
    ),
    becomes="minisora/codec/causal.py",
    minutes=15,
    difficulty=3,
    points=3,
)


def _by_torch(mean: Tensor, logvar: Tensor) -> Tensor:
    normal = torch.distributions.Normal
    one = normal(mean, (logvar / 2).exp())
    return torch.distributions.kl_divergence(one, normal(torch.zeros_like(mean), torch.ones_like(mean))).mean()


MEAN, LOGVAR = drawn(2, 3, 2, 4, 3, seed=4).double(), drawn(2, 3, 2, 4, 3, seed=5).double()

KL_DIVERGENCE = Exercise(
    name="kl_divergence",
    reference=kl_divergence,
    cases=(
        Case(
            "mean 0 and log-variance 0, which is the standard normal itself and costs nothing",
            lambda f: f(torch.zeros(2, 3, 1, 1, 1), torch.zeros(2, 3, 1, 1, 1)),
            expected=lambda: torch.tensor(0.0),
        ),
        Case(
            "means 1, 2, 3 with log-variance 0, the mean of 0.5, 2 and 4.5",
            lambda f: f(torch.tensor([1.0, 2.0, 3.0]).view(1, 3, 1, 1, 1), torch.zeros(1, 3, 1, 1, 1)),
            expected=lambda: torch.tensor(7 / 3),
        ),
        Case(
            "two clips' latents 2x3x2x4x3, against torch.distributions",
            lambda f: f(MEAN.clone(), LOGVAR.clone()),
            expected=lambda: _by_torch(MEAN, LOGVAR),
        ),
    ),
    mistakes=(
        Mistake(
            "half forgotten",
            lambda mean, logvar: (mean.square() + logvar.exp() - 1 - logvar).mean(),
            "twice what it should be: the ½ in front is missing",
        ),
        Mistake(
            "sign of the logarithm",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 + logvar).mean(),
            "your price falls with less noise. A sharper answer says more, so the log-variance is subtracted",
        ),
        Mistake(
            "all signs turned",
            lambda mean, logvar: -0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean(),
            "your price is negative, and a network that minimises it would run away: a KL divergence is never below 0, "
            "so turn all signs",
        ),
        Mistake(
            "minus one forgotten",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - logvar).mean(),
            "saying nothing at all (mean 0, variance 1) costs ½ in your formula and should cost 0: the -1 is missing",
        ),
        Mistake(
            "log-variance taken for the log of the deviation",
            lambda mean, logvar: 0.5 * (mean.square() + (2 * logvar).exp() - 1 - 2 * logvar).mean(),
            "you square once too often: exp(logvar) is the variance already, and logvar its logarithm",
        ),
        Mistake(
            "log-variance taken for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + logvar - 1 - logvar.clamp(min=1e-6).log()).mean(),
            "you take `logvar` for the variance. It is its logarithm: the variance is logvar.exp()",
        ),
        Mistake(
            "size of the log-variance taken for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.abs() + 1e-6 - 1 - (logvar.abs() + 1e-6).log()).mean(),
            "you take `logvar` for the variance and its logarithm once more. It is the logarithm: the variance is "
            "logvar.exp(), and nothing has to be taken a logarithm of",
        ),
        Mistake(
            "mean not squared",
            lambda mean, logvar: 0.5 * (mean.abs() + logvar.exp() - 1 - logvar).mean(),
            "your mean is not squared: it costs mean², twice as far away four times as much",
        ),
        Mistake(
            "mean as it is",
            lambda mean, logvar: 0.5 * (mean + logvar.exp() - 1 - logvar).mean(),
            "your mean is not squared, so that a negative one is cheaper than nothing: it costs mean²",
        ),
        Mistake(
            "mean left out",
            lambda mean, logvar: 0.5 * (logvar.exp() - 1 - logvar).mean(),
            "the mean costs nothing in your formula: add mean²",
        ),
        Mistake(
            "variance squared",
            lambda mean, logvar: 0.5 * (mean.square() + (2 * logvar).exp() - 1 - logvar).mean(),
            "you square the variance: exp(logvar) is a square already",
        ),
        Mistake(
            "the deviation for the variance",
            lambda mean, logvar: 0.5 * (mean.square() + (logvar / 2).exp() - 1 - logvar).mean(),
            "you take the deviation, exp(logvar / 2), where the variance belongs: exp(logvar)",
        ),
        Mistake(
            "plus one",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() + 1 - logvar).mean(),
            "you add the 1: saying nothing at all (mean 0, variance 1) costs 0 only if it is subtracted",
        ),
        Mistake(
            "the variance left out",
            lambda mean, logvar: 0.5 * (mean.square() - 1 - logvar).mean(),
            "the variance itself is missing: add exp(logvar), or a large cloud would cost nothing",
        ),
        Mistake(
            "half of the mean alone",
            lambda mean, logvar: (0.5 * mean.square() + logvar.exp() - 1 - logvar).mean(),
            "the ½ stands before the mean's square alone: it belongs to the whole bracket",
        ),
        Mistake(
            "summed over a clip",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 - logvar).reshape(len(mean), -1).sum(1).mean(),
            "you add up the latents of a clip and take the mean over the clips only, so that longer clips cost more: "
            "take the mean over everything",
        ),
        Mistake(
            "summed",
            lambda mean, logvar: 0.5 * (mean.square() + logvar.exp() - 1 - logvar).sum(),
            "you add all latents up, so that longer clips cost more in the same loss. Take the mean, as the squared "
            "error does",
        ),
        Mistake(
            "the other way round",
            lambda mean, logvar: 0.5 * ((1 + mean.square()) / logvar.exp() - 1 + logvar).mean(),
            "this is the divergence of the standard normal from the code, KL(N(0, 1) || N(mean, variance)): a KL "
            "divergence is not the same in both directions",
        ),
    ),
    alternatives=(_by_torch, lambda mean, logvar: (mean**2 + torch.expm1(logvar) - logvar).mean() / 2),
    hints=(
        "The formula has four terms and a factor. `logvar.exp()` is the variance, and `logvar` is its logarithm: "
        "nothing has to be taken a logarithm of.",
        "`mean.square()`, `logvar.exp()`, `1`, `logvar`: which are added, which subtracted?",
        "Half of (the first two minus the last two), and then the mean over everything.",
    ),
    becomes="minisora/codec/losses.py",
    minutes=6,
    difficulty=1,
    points=2,
)


def latent_statistics(latents: Tensor) -> tuple[Tensor, Tensor]:
    """A mean per channel and one deviation for all, ``b c t h w -> (c,), ()``, as ``Codec.measure_latents`` has it."""
    mean = latents.mean((0, 2, 3, 4))
    return mean, (latents - mean.view(-1, 1, 1, 1)).square().mean().sqrt()


def _statistics_by_moments(latents: Tensor) -> tuple[Tensor, Tensor]:
    rows = latents.movedim(1, 0).flatten(1)
    mean = rows.mean(1)
    return mean, (rows.square().mean(1) - mean.square()).mean() ** 0.5


def _middle(latents: Tensor) -> Tensor:
    return latents - latents.mean((0, 2, 3, 4), keepdim=True)


def _uneven(*shape: int, seed: int) -> Tensor:
    channels = shape[1]
    size, middle = torch.linspace(3, 0.3, channels), torch.linspace(-2, 4, channels)
    return drawn(*shape, seed=seed) * size.view(-1, 1, 1, 1) + middle.view(-1, 1, 1, 1)


LATENT_STATISTICS = Exercise(
    name="latent_statistics",
    reference=latent_statistics,
    cases=(
        call(
            "latents of 8 clips, 4 channels of unequal size and middle", _uneven(8, 4, 3, 5, 6, seed=6), tolerance=1e-3
        ),
        Case(
            "whether (latents - mean) / scale has mean 0 in every channel and mean square 1 over all",
            lambda f: _standard(f, _uneven(6, 3, 2, 6, 8, seed=7)),
            expected=lambda: (torch.zeros(3), torch.tensor(1.0)),
            tolerance=1e-3,
        ),
        call("latents of two images, 5 channels", _uneven(2, 5, 1, 12, 20, seed=8), tolerance=1e-3),
    ),
    mistakes=(
        Mistake(
            "a scale for each channel",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean((0, 2, 3, 4)).sqrt()),
            "you return a deviation for each channel. Here all of them share one number, so that they keep their "
            "proportions",
        ),
        Mistake(
            "one mean for all",
            lambda z: (z.mean(), (z - z.mean()).square().mean().sqrt()),
            "you return a single mean; each channel has its own middle, and needs a mean of its own",
        ),
        Mistake(
            "one mean for each",
            lambda z: (z.mean().expand(z.shape[1]), (z - z.mean()).square().mean().sqrt()),
            "you return the same mean for all channels; each channel has its own middle: average over all axes but the "
            "channels'",
        ),
        Mistake(
            "deviation from a common mean",
            lambda z: (z.mean((0, 2, 3, 4)), (z - z.mean()).square().mean().sqrt()),
            "your scale also counts how far the channels' middles are apart: take the channel means away first, and "
            "measure what is left",
        ),
        Mistake(
            "no mean taken away",
            lambda z: (z.mean((0, 2, 3, 4)), z.square().mean().sqrt()),
            "your scale measures the distance from 0, not from each channel's mean: subtract the means before you "
            "square",
        ),
        Mistake(
            "variance",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean()),
            "this is the variance; to divide by it, take the root",
        ),
        Mistake(
            "factor instead of deviation",
            lambda z: (z.mean((0, 2, 3, 4)), 1 / _middle(z).square().mean().sqrt()),
            "you return what to multiply with (as Stable Diffusion's 0.18215 is); here latents are divided by the "
            "scale, so return the deviation itself",
        ),
        Mistake(
            "mean of the channels' deviations",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).square().mean((0, 2, 3, 4)).sqrt().mean()),
            "you average the deviations of the channels. Powers add up, deviations do not: average the squares, then "
            "take one root",
        ),
        Mistake(
            "mean of the sizes",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).abs().mean()),
            "you average the sizes of what is left (`abs`). The deviation is the root of the mean of the squares",
        ),
        Mistake(
            "squared mean",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).mean().square().sqrt()),
            "you square the mean of what is left, which is 0: square first, then take the mean, then the root",
        ),
        Mistake(
            "norm",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).norm()),
            "this is the length of everything that is left (the root of a sum), which grows with the number of clips: "
            "take the root of the *mean* of the squares",
        ),
        Mistake(
            "middle number",
            lambda z: (
                z.movedim(1, 0).flatten(1).median(1).values,
                (z - z.movedim(1, 0).flatten(1).median(1).values.view(-1, 1, 1, 1)).square().mean().sqrt(),
            ),
            "you take the median of each channel: it is the mean that is asked for",
        ),
        Mistake(
            "largest size",
            lambda z: (z.mean((0, 2, 3, 4)), _middle(z).abs().max()),
            "your scale is the largest number, which one outlier decides: take the root of the mean of the squares",
        ),
        Mistake(
            "mean of the clips' deviations",
            lambda z: (z.mean((0, 2, 3, 4)), torch.stack([clip.std(correction=0) for clip in _middle(z)]).mean()),
            "you average the deviations of the clips. Powers add up, deviations do not: average the squares, then take "
            "one root",
        ),
        Mistake(
            "over clips only",
            lambda z: (z.mean(0), (z - z.mean(0)).square().mean().sqrt()),
            "your mean still has time, height and width: a channel has one mean, whatever the place. Average over all "
            "axes but the channels'",
        ),
    ),
    alternatives=(
        _statistics_by_moments,
        lambda z: (z.movedim(1, -1).flatten(0, -2).mean(0), _middle(z).std(correction=0)),
    ),
    hints=(
        "`latents.mean((0, 2, 3, 4))` averages over all axes but the channels'.",
        "To subtract it, give it the shape `c 1 1 1`, so that it broadcasts against `b c t h w`: `.view(-1, 1, 1, 1)`.",
        "The scale is one number: the root of the mean of the squares of what is left.",
    ),
    becomes="minisora/codec/autoencoder.py",
    minutes=8,
    difficulty=2,
    points=2,
    trains=False,
)


def _standard(solution: Callable[..., tuple[Tensor, Tensor]], latents: Tensor) -> tuple[Tensor, Tensor]:
    mean, scale = solution(latents.clone())
    normal = (latents - mean.reshape(-1, 1, 1, 1)) / scale.reshape(-1, 1, 1, 1)
    return normal.mean((0, 2, 3, 4)), normal.square().mean()


def tiny_codec(temporal: int = 4) -> Codec:
    """A codec with random weights whose every part makes a difference, and whose pictures go beyond [-1, 1]."""
    with torch.random.fork_rng(devices=[]):
        codec = Codec(CodecConfig(channels=4, width=8, encoder_depth=1, decoder_depth=2, temporal=temporal, spatial=2))
    generator = torch.Generator().manual_seed(9)
    for parameter in codec.parameters():
        nn.init.normal_(parameter, std=0.3, generator=generator)
    codec.latent_mean.copy_(torch.linspace(-0.5, 0.5, 4))
    codec.latent_std.fill_(1.7)
    return codec.requires_grad_(False)


def _frames_at_once(codec: Codec, latents: Tensor) -> Tensor:
    frames, _ = codec.decode_blocks(codec.denormalise(latents))
    return frames[:, :, codec.config.temporal - 1 :].clamp(-1, 1)


def _decode_pieces(
    codec: Codec,
    pieces: Iterable[Tensor],
    *,
    cut: Callable[[int], bool] = lambda number: number == 0,
    remember: str = "last",
    prepare: Callable[[Codec, Tensor], Tensor] = Codec.denormalise,
    finish: Callable[[Tensor], Tensor] = lambda frames: frames.clamp(-1, 1),
    skip: Callable[[Codec], int] = lambda codec: codec.config.temporal - 1,
    from_the_end: bool = False,
    pick: Callable[[Codec], int] = lambda codec: 1,
) -> Iterator[Tensor]:
    """``decode_stream`` with a screw loose here or there."""
    caches = None
    for number, piece in enumerate(pieces):
        frames, kept = codec.decode_blocks(prepare(codec, piece), caches)
        if remember == "last" or (remember == "first" and number == 0):
            caches = kept
        if cut(number):
            frames = frames[:, :, : -skip(codec)] if from_the_end else frames[:, :, skip(codec) :]
        yield finish(frames[:, :, pick(codec) - 1 :: pick(codec)])


def _last_kept_back(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    waiting: list[Tensor] = []
    for frames in _decode_pieces(codec, pieces):
        yield from waiting
        waiting = [frames]


def _joined_first(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    latents = list(pieces)
    whole = _frames_at_once(codec, torch.cat(latents, dim=2))
    lengths = [codec.config.temporal * piece.shape[2] for piece in latents]
    lengths[0] -= codec.config.temporal - 1
    yield from whole.split(lengths, dim=2)


def _in_one_piece(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    yield _frames_at_once(codec, torch.cat(list(pieces), dim=2))


def _unpacked(codec: Codec, pieces: Iterable[Tensor]) -> Iterator[Tensor]:
    queue = iter(pieces)
    first = next(queue)
    frames, caches = codec.decode_blocks(codec.denormalise(first))
    yield frames[:, :, codec.config.temporal - 1 :].clamp(-1, 1)
    for piece in queue:
        frames, caches = codec.decode_blocks(codec.denormalise(piece), caches)
        yield torch.clip(frames, -1, 1)


def _streamed(solution: Callable[..., Iterator[Tensor]], lengths: list[int]) -> Tensor:
    with torch.no_grad():
        return torch.cat(
            list(solution(tiny_codec(), LATENTS[:, :, : sum(lengths)].clone().split(lengths, dim=2))), dim=2
        )


def _given_out(answer: object) -> Iterator[Tensor]:
    if isinstance(answer, Tensor):
        raise CheckFailed("it returns one tensor: a generator hands out piece after piece, with `yield` in its loop")
    if not isinstance(answer, Iterable):
        raise CheckFailed(f"it returns {answer!r}, and nothing comes out: hand out piece after piece, with `yield`")
    return iter(answer)


def _taken(solution: Callable[..., Iterator[Tensor]]) -> int:
    taken = 0

    def pieces() -> Iterator[Tensor]:
        nonlocal taken
        for piece in LATENTS.clone().split(1, dim=2):
            taken += 1
            yield piece

    with torch.no_grad():
        next(iter(solution(tiny_codec(), pieces())))
    return taken


LATENTS = drawn(2, 4, 5, 2, 3, seed=10)

DECODE_STREAM = Exercise(
    name="decode_stream",
    reference=decode_stream,
    cases=(
        Case(
            "how many frames come of pieces of 2, 2 and 1 latent frames",
            lambda f: [piece.shape[2] for piece in _given_out(f(tiny_codec(), iter(LATENTS.clone().split(2, dim=2))))],
            expected=lambda: [5, 8, 4],
        ),
        Case(
            "one piece, which is the whole clip",
            lambda f: _streamed(f, [5]),
            expected=lambda: tiny_codec().decode(LATENTS),
        ),
        Case(
            "pieces of 2 and 3 latent frames, joined",
            lambda f: _streamed(f, [2, 3]),
            expected=lambda: tiny_codec().decode(LATENTS),
        ),
        Case(
            "five pieces of one latent frame, joined",
            lambda f: _streamed(f, [1] * 5),
            expected=lambda: tiny_codec().decode(LATENTS),
        ),
        Case(
            "how many frames come of pieces of 1 and 2 latent frames, from a codec whose blocks have 2 frames",
            lambda f: [piece.shape[2] for piece in f(tiny_codec(2), iter(LATENTS[:, :, :3].clone().split([1, 2], 2)))],
            expected=lambda: [1, 4],
        ),
        Case("how many pieces you have taken when your first frames come out", _taken, expected=lambda: 1),
    ),
    mistakes=(
        Mistake(
            "cut from every piece",
            lambda codec, pieces: _decode_pieces(codec, pieces, cut=lambda number: True),
            "you cut the first frames off every piece. Only the first block of the whole clip has copies that were "
            "never there",
        ),
        Mistake(
            "never cut",
            lambda codec, pieces: _decode_pieces(codec, pieces, cut=lambda number: False),
            "your clip begins with temporal - 1 copies of its first frame, which filled up the first block: cut them "
            "off the first piece",
        ),
        Mistake(
            "one frame too many cut",
            lambda codec, pieces: _decode_pieces(codec, pieces, skip=lambda codec: codec.config.temporal),
            "you cut off one frame too many: a block of `temporal` frames holds the first frame itself and "
            "temporal - 1 copies",
        ),
        Mistake(
            "one frame too few cut",
            lambda codec, pieces: _decode_pieces(codec, pieces, skip=lambda codec: codec.config.temporal - 2),
            "you cut off one frame too few: the first block holds temporal - 1 copies",
        ),
        Mistake(
            "three frames cut",
            lambda codec, pieces: _decode_pieces(codec, pieces, skip=lambda codec: 3),
            "you cut off 3 frames whatever the codec is: it is `codec.config.temporal - 1`, and other codecs have "
            "another `temporal`",
        ),
        Mistake(
            "cut from the end",
            lambda codec, pieces: _decode_pieces(codec, pieces, from_the_end=True),
            "you cut the copies off the end of the first piece. They stand in front, before the clip: cut them there",
        ),
        Mistake(
            "the last piece kept back",
            _last_kept_back,
            "one piece too few comes out: the last one is never given out. Yield the frames of each piece in its own "
            "round",
        ),
        Mistake(
            "the last frame of each block",
            lambda codec, pieces: _decode_pieces(
                codec, pieces, cut=lambda number: False, pick=lambda codec: codec.config.temporal
            ),
            "you give out one frame for each latent frame. A block has `temporal` of them, and all belong to the clip "
            "(but for the copies in the first)",
        ),
        Mistake(
            "clamped before decoding",
            lambda codec, pieces: _decode_pieces(
                codec, pieces, prepare=lambda c, p: c.denormalise(p.clamp(-1, 1)), finish=lambda frames: frames
            ),
            "you clamp the latents. They may be anything; it is the frames that are clamped, after decoding",
        ),
        Mistake(
            "clamped to 0 and 1",
            lambda codec, pieces: _decode_pieces(codec, pieces, finish=lambda frames: frames.clamp(0, 1)),
            "you clamp to 0 … 1, so that all that is dark becomes middle grey: pixels go from -1 to 1",
        ),
        Mistake(
            "no past",
            lambda codec, pieces: _decode_pieces(codec, pieces, remember="nothing"),
            "every piece is decoded as if nothing had been before it: hand the caches of one piece to the next",
        ),
        Mistake(
            "the first piece's past for ever",
            lambda codec, pieces: _decode_pieces(codec, pieces, remember="first"),
            "right for two pieces, wrong from the third on: you go on with the caches of the first piece. Replace them "
            "after every piece",
        ),
        Mistake(
            "not denormalised",
            lambda codec, pieces: _decode_pieces(codec, pieces, prepare=lambda codec, piece: piece),
            "the pieces are normalised latents, and `decode_blocks` wants those that are not: codec.denormalise first",
        ),
        Mistake(
            "normalised again",
            lambda codec, pieces: _decode_pieces(codec, pieces, prepare=Codec.normalise),
            "you normalise the latents a second time; undo it, with codec.denormalise",
        ),
        Mistake(
            "not clamped",
            lambda codec, pieces: _decode_pieces(codec, pieces, finish=lambda frames: frames),
            "some of your pixels lie beyond -1 and 1: clamp the frames, as `codec.decode` does",
        ),
        Mistake(
            "everything first",
            _joined_first,
            "right numbers, but you collect all pieces before the first frame comes out: then memory grows with the "
            "clip. Yield the frames of each piece before you take the next",
        ),
        Mistake(
            "one piece for all",
            _in_one_piece,
            "right pixels, but you join all pieces and hand out a single clip, so memory grows with the film. As many "
            "pieces come out as go in: yield once in each round, and join nothing",
        ),
    ),
    alternatives=(_unpacked,),
    hints=(
        "A loop over the pieces. What has to survive from one round to the next? Exactly one thing: the caches, "
        "`None` at first.",
        "In each round: `frames, caches = codec.decode_blocks(codec.denormalise(piece), caches)`, then `yield` the "
        "frames, clamped to [-1, 1].",
        "The first round is the one in which the caches were `None` *before* the call: remember that, and cut "
        "`codec.config.temporal - 1` frames off the front.",
    ),
    becomes="minisora/codec/stream.py",
    minutes=12,
    difficulty=2,
    points=3,
)

#: What may be wrong with a codec, and what one would see if it were that.
SYMPTOMS = {
    "few channels": "makes everything coarse: plain squares of 8 by 8 pixels, but each of them in its place and steady",
    "too much noise": "is grainy everywhere, differently in every block, and worst where there is nothing to see",
    "block reversed": "makes things go back and forth: in the x-t slice every line becomes a saw with teeth of four "
    "frames",
    "block transposed": "breaks edges at the border of every 8 by 8 square, while the squares themselves are in place "
    "and lines in the x-t slice go on in steps",
    "cut again": "loses some frames within the clip: all is sharp, then everything jumps at once, and the clip is "
    "shorter",
    "no past": "is hard to see at all: the first frames of a piece are a little worse than the others",
    "latents transposed": "turns the whole frame over its diagonal: what was on the left is at the top",
}
CAUSES = tuple(SYMPTOMS)
_RIGHT = dict(zip("ABCDE", (CAUSES[i] for i in (2, 0, 4, 3, 1)), strict=True))


def diagnose_codec() -> dict[str, str]:
    """What is wrong with each of :func:`patients`."""
    return dict(_RIGHT)


@torch.no_grad()
def patients(codec: Codec, clip: Tensor) -> dict[str, Tensor]:
    """A clip ``1 3 t h w`` after five broken codecs, ``3 t h w`` each. (Look at the pictures before you read on.)"""
    cut = codec.config.temporal - 1
    latents = codec.encode(clip)
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(latents.shape, generator=generator).to(latents)
    raw = codec.denormalise(latents)
    blocks, _ = codec.decode_blocks(raw)
    coarse = torch.cat([latents[:, :3], torch.zeros_like(latents[:, 3:])], dim=1)
    half = 1 + (latents.shape[2] - 1) // 2
    before, caches = codec.decode_blocks(raw[:, :, :half])
    after, _ = codec.decode_blocks(raw[:, :, half:], caches)
    backwards = rearrange(blocks.unflatten(2, (-1, codec.config.temporal)).flip(3), "b c t p h w -> b c (t p) h w")
    s = codec.config.spatial
    turned = rearrange(blocks, "b c t (h q) (w r) -> b c t (h r) (w q)", q=s, r=s)
    made = {
        "few channels": codec.decode(coarse),
        "too much noise": codec.decode_raw(raw + noise),
        "block reversed": backwards[:, :, cut:],
        "block transposed": turned[:, :, cut:],
        "cut again": torch.cat([before[:, :, cut:], after[:, :, cut:]], dim=2),
    }
    return {letter: made[cause][0].clamp(-1, 1) for letter, cause in _RIGHT.items()}


def _says(letter: str) -> Callable[[Callable[[], dict[str, str]]], int]:
    def ask(solution: Callable[[], dict[str, str]]) -> int:
        found = solution()
        if not isinstance(found, dict) or found.keys() != _RIGHT.keys():
            raise CheckFailed(
                "return a dict with a cause for each of the letters A, B, C, D and E; none may be missing"
            )
        cause = found[letter]
        if cause not in CAUSES:
            raise CheckFailed(f"{cause!r} is none of the causes in the table; they are {', '.join(map(repr, CAUSES))}")
        return CAUSES.index(cause)

    return ask


def _taken_for(letter: str, cause: str) -> Mistake:
    answer = {**_RIGHT, letter: cause}
    return Mistake(
        f"{letter} taken for {cause}",
        lambda: dict(answer),
        f"clip {letter} is something else: {cause!r} {SYMPTOMS[cause]}. Look at {letter} again, at the filmstrip first "
        "and then at the x-t slice",
    )


DIAGNOSE_CODEC = Exercise(
    name="diagnose_codec",
    reference=diagnose_codec,
    cases=tuple(
        Case(f"what is wrong with clip {letter}", _says(letter), expected=lambda c=cause: CAUSES.index(c))
        for letter, cause in _RIGHT.items()
    ),
    mistakes=tuple(_taken_for(letter, cause) for letter, right in _RIGHT.items() for cause in CAUSES if cause != right),
    alternatives=(lambda: {letter: _RIGHT[letter] for letter in "EDCBA"},),
    hints=(
        "Ask of each clip: is it wrong in every single frame, or only in how frames follow each other? Two of the five "
        "would be flawless if nothing in the clip moved.",
        "Those that are wrong in every frame: does the damage follow the grid of 8 by 8 squares, or is it everywhere? "
        "Are the pixels *wrong*, or are they *in the wrong place*?",
        "A moving thing is a slanted line in the x-t slice. If its line is cut into short pieces that lean the wrong "
        "way, time runs backwards within each piece; if the line is straight but broken once, frames are missing.",
    ),
    becomes="minisora/codec/autoencoder.py",
    minutes=12,
    difficulty=2,
    points=3,
)

EXERCISES = (TO_BLOCKS, CAUSAL_CONV, KL_DIVERGENCE, LATENT_STATISTICS, DECODE_STREAM, DIAGNOSE_CODEC)
