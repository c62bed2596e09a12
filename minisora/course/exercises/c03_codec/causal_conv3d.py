"""The exercise `CausalConv3d`: its cases, and what is said to wrong solutions."""

# The convolution that is taught hands out its cache beside the answer, which nn.Conv3d does not.
# pyright: reportIncompatibleMethodOverride=false
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from minisora.codec.causal import CausalConv3d
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake
from minisora.course.exercises.c03_codec.common import drawn


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
