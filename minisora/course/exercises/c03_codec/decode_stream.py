"""The exercise `decode_stream`: its cases, and what is said to wrong solutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn

from minisora.codec.autoencoder import Codec, CodecConfig
from minisora.codec.stream import decode_stream
from minisora.course.checks.exercise import Case, CheckFailed, Exercise, Mistake
from minisora.course.exercises.c03_codec.common import drawn


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
