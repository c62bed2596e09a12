"""What several exercises of the chapter use."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from minisora.course.checks.exercise import Case, CheckFailed, Solution


def drawn(*shape: int, seed: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


#: Frames, rows and columns are three different numbers, so that one axis taken for another raises an error.
NOISE, CLIP = drawn(2, 3, 5, 2, 4, seed=0), drawn(2, 3, 5, 2, 4, seed=1)


def _given(answer: object, channels: int = 3) -> tuple[Tensor, Tensor]:
    """``(x, free)`` with ``free`` as ``b 1 t h w``, whatever shape it has that broadcasts."""
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise CheckFailed("return two tensors, Given(x, free): where to start, and what is free")
    x, free = answer[0], torch.as_tensor(answer[1])
    if not isinstance(x, Tensor) or x.ndim != 5:
        raise CheckFailed("the first of the two is no clip: x is b c t h w, like the noise")
    if x.shape[1] == 1 and free.ndim == 5 and free.shape[1] == channels:
        raise CheckFailed("x and free are exchanged: return Given(x, free), the clip first")
    try:
        return x, free.to(x).expand(len(x), 1, *x.shape[2:]).clone()
    except RuntimeError:
        raise CheckFailed(
            f"free has the shape {tuple(free.shape)}. It holds one number for each place of the latents, the same for "
            "all channels: it has to broadcast over b 1 t h w"
        ) from None


def asked_for(says: str, *arguments: Tensor) -> Case:
    return Case(says, lambda f: _given(f(*(each.clone() for each in arguments))))


def refused(says: str, ask: Callable[[Solution], object]) -> Case:
    """A case that is to end with a ValueError, in whatever words."""

    def asked(f: Solution) -> str:
        try:
            ask(f)
        except (NotImplementedError, CheckFailed):
            raise
        except ValueError:  # the package's own is a kind of it
            return "ValueError"
        except Exception as error:
            return type(error).__name__
        return "no error"

    return Case(says, asked, lambda: "ValueError")


def connect_by_parts(noise: Tensor, prefix: Tensor, suffix: Tensor) -> tuple[Tensor, Tensor]:
    between = noise[:, :, prefix.shape[2] : noise.shape[2] - suffix.shape[2]]
    if not between.shape[2]:
        raise ValueError("too short")
    b = len(noise)
    whole = [prefix.to(noise).expand(b, -1, -1, -1, -1), between, suffix.to(noise).expand(b, -1, -1, -1, -1)]
    free = F.pad(torch.ones_like(between[:1, :1, :, :1, :1]), (0, 0, 0, 0, prefix.shape[2], suffix.shape[2]))
    return torch.cat(whole, dim=2), free


class Findings(NamedTuple):
    """What is seen of an edit: its clip, and facts that need no eye.

    Attributes:
        made: latents.
        kept: whether the frames that should be kept are the clip's, bit for bit.
        moved: whether the other ones changed at all.
        told_given, told_free: the time that the network is told at its first call, of the ones and of the others.
        spread: the standard deviation of the others in x, before the first step.
    """

    made: Tensor
    kept: bool
    moved: bool
    told_given: float
    told_free: float
    spread: float
