"""The exercise `to_blocks`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

import torch
from einops import rearrange
from torch import Tensor
from torch.nn import functional as F

from minisora.course.checks.exercise import Exercise, Mistake, call
from minisora.course.exercises.c03_codec.common import drawn


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
