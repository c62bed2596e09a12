"""One's own videos as training sets: cut into clips once, encoded once, and handed out in batches.

Every video has files of its own in the cache, named after its content and the clips' shape: whatever stops the work, it
goes on with the first video that is not done, and a video that is added later is the only one that is worked on. A file
that is damaged counts as not there.
"""

from __future__ import annotations

import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.files import reason, replacing
from minisora.training.data import LatentBatch, Mixture, Share, VideoBatch
from minisora.training.latents import latents_key
from minisora.training.seeds import generator_for
from minisora.video import to_uint8
from minisora.worlds.folder import FolderWorld
from minisora.worlds.vocabulary import KNOWN, words_of

TOGETHER = 16  #: Clips that are encoded at once.

#: ``watch(done, all)`` after each video.
Watch = Callable[[int, int], object]


@dataclass(frozen=True)
class Piece:
    """Clip number ``number`` of those in the file ``of``."""

    of: Path
    number: int
    caption: str

    def load(self) -> np.ndarray:
        return np.load(self.of, mmap_mode="r")[self.number]


@dataclass(frozen=True)
class Footage:
    """Clips of one's own.

    Attributes:
        pieces: the clips, ``t h w 3`` in 0..255, those of a video one after the other; captions in plain words.
        about: where they come from and how they were cut, for the card.
        videos: how many videos they are of.
        skipped: (name, reason) of what could not be used.
    """

    pieces: Sequence[Piece]
    about: dict[str, Any]
    videos: int
    skipped: Sequence[tuple[str, str]]

    def take(self, indices: Tensor) -> Tensor:
        """Clips ``b 3 t h w`` in [-1, 1]."""
        levels = np.stack([self.pieces[i].load() for i in indices.tolist()])
        return torch.from_numpy(levels).permute(0, 4, 1, 2, 3).float() / 127.5 - 1

    @property
    def words(self) -> list[str]:
        """Those of the captions that the drawn worlds do not use, in the order of the alphabet."""
        return sorted({word for piece in self.pieces for word in piece.caption.split()} - KNOWN)

    @property
    def prompts(self) -> tuple[str, ...]:
        """Up to four of the captions."""
        return tuple(dict.fromkeys(piece.caption for piece in self.pieces if piece.caption))[:4]

    @property
    def summary(self) -> str:
        """What is used and what is not, and why: a line each."""
        captioned = len({piece.of for piece in self.pieces if piece.caption})
        used = f"{len(self.pieces)} clips of {self.videos} videos, {captioned} of them with a caption"
        lines = [f"  {name}: {reason}" for name, reason in self.skipped]
        return "\n".join([used, f"skipped {len(lines)}:", *lines] if lines else [used])


def cut_videos(world: FolderWorld, cache: Path, *, most_words: int, watch: Watch | None = None) -> Footage:
    """Cut what can be used of a folder into clips; what was cut before is not decoded again.

    Args:
        most_words: of a caption; a video that is said in more is skipped.
    Raises: UserError when nothing can be used, or the cache cannot be written to.
    """
    pieces: list[Piece] = []
    skipped, videos = list(world.skipped), 0
    for done, (name, said) in enumerate(world.entries, start=1):
        words = words_of(said)
        try:
            if len(words) > most_words:
                raise UserError(f"caption of {len(words)} words: at most {most_words}")
            place = cache / f"{_video_key(world, name)}.npy"
            there = _kept(place, np.uint8, (world.frames, world.height, world.width, 3))
            clips = np.stack([to_uint8(clip) for clip in world.cut(name)]) if there is None else there
        except Exception as error:  # a foreign file may fail in any way; that must not stop a run
            skipped.append((name, _reason(error)))
        else:
            if there is None:
                _save(place, clips)
            videos += 1
            pieces += [Piece(place, i, " ".join(words)) for i in range(len(clips))]
        if watch is not None:
            watch(done, len(world.entries))
    if not pieces:
        because = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
        raise UserError(f"{world.folder}: none of {len(world.entries)} files can be used ({because})")
    shape = {"frames": world.frames, "height": world.height, "width": world.width, "fps": world.fps}
    about = {"videos": world.folder.resolve().name, "clips": len(pieces), **shape}
    return Footage(pieces, about, videos, skipped)


def encode_footage(
    footage: Footage, *, codec: nn.Module, device: str | None = None, watch: Watch | None = None
) -> list[Piece]:
    """The same clips as latents ``c t h w`` in float16, beside the clips; what was encoded before is not encoded again.

    Raises: UserError when the codec gives numbers that are not finite.
    """
    key = latents_key(codec)[:16]
    clips, whole = Counter(piece.of for piece in footage.pieces), set[Path]()
    encoded: list[Piece] = []
    for done, piece in enumerate(footage.pieces, start=1):
        place = piece.of.with_name(f"{piece.of.stem}-{key}.npy")
        if place not in whole:
            there = _kept(place, np.float16)
            if there is None or len(there) != clips[piece.of]:
                latents = _encode(codec if device is None else codec.to(device), np.load(piece.of, mmap_mode="r"))
                if not latents.isfinite().all():
                    raise UserError(f"{piece.of}: the codec gives non-finite latents — train it again")
                _save(place, latents.numpy().astype(np.float16))
            whole.add(place)
        encoded.append(Piece(place, piece.number, piece.caption))
        if watch is not None:
            watch(done, len(footage.pieces))
    return encoded


@dataclass(frozen=True)
class FootageBatches:
    """Batches of clips, for the codec; ``image_share`` of them are single pictures out of the clips."""

    footage: Footage
    batch: int = 16
    seed: int = 0
    image_share: float = 0.1

    def __call__(self, step: int, share: Share) -> VideoBatch:
        generator = generator_for(self.seed, "footage", step)
        image = float(torch.rand((), generator=generator)) < self.image_share
        indices = torch.randint(len(self.footage.pieces), (self.batch,), generator=generator)
        video = self.footage.take(indices[share.of(self.batch)])
        if image:
            frame = int(torch.randint(video.shape[2], (), generator=generator))
            video = video[:, :, frame : frame + 1]
        return VideoBatch(step, video)


@dataclass(frozen=True)
class FootageLatentBatches(Mixture):
    """Batches of encoded clips with their captions, for the transformer."""

    latents: Sequence[Piece]

    def __call__(self, step: int, share: Share) -> LatentBatch:
        generator = generator_for(self.seed, "footage", step)
        size, frames = self.kind(generator, self.latents[0].load().shape[1])
        mine = share.of(size)
        indices = torch.randint(len(self.latents), (size,), generator=generator)[mine].tolist()
        dropped = (torch.rand(size, generator=generator) < self.caption_dropout)[mine].tolist()
        pieces = [self.latents[i] for i in indices]
        latents = torch.from_numpy(np.stack([piece.load() for piece in pieces]).astype(np.float32))
        captions = ["" if drop else piece.caption for piece, drop in zip(pieces, dropped, strict=True)]
        return LatentBatch(step, latents[:, :, :frames], captions)


def progress(what: str) -> Watch:
    """A line on standard error that says how far it is."""

    def watch(done: int, total: int) -> None:
        print(f"\r{what}  {done} of {total}\x1b[K", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return watch


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    return " ".join(str(error).split()) or type(error).__name__


def _video_key(world: FolderWorld, name: str) -> str:
    """Changes with the file and with how it is cut, but not with its name or its caption."""
    file = (world.folder / name).resolve()
    about = (world.frames, world.height, world.width, world.fps, world.clips_per_video)
    with file.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").hexdigest()
    return hashlib.sha256(f"{content} {about}".encode()).hexdigest()[:32]


@torch.no_grad()
def _encode(codec: nn.Module, levels: np.ndarray) -> Tensor:
    """``k t h w 3`` in 0..255 -> ``k c t h w`` on the CPU."""
    device = next((p.device for p in codec.parameters()), torch.device("cpu"))
    clips = torch.from_numpy(np.array(levels)).permute(0, 4, 1, 2, 3).float() / 127.5 - 1
    return torch.cat([codec.encode(some.to(device)).cpu() for some in clips.split(TOGETHER)])  # type: ignore[operator]


def _kept(place: Path, kind: type[np.generic], shape: tuple[int, ...] | None = None) -> np.ndarray | None:
    """The clips or latents that were written to a place before; None where they are not, or not as they were written.

    ``shape`` is that of each of them.
    """
    try:
        with np.errstate(over="ignore"):  # of sizes that a damaged header names
            kept = np.lib.format.open_memmap(place, mode="r")
        whole = place.stat().st_size == kept.offset + kept.nbytes  # type: ignore[attr-defined] (a memmap's)
    except Exception:  # no file, or a damaged one, which raises any of a dozen errors
        return None
    return kept if whole and kept.dtype == kind and kept.ndim == 5 and shape in (None, kept.shape[1:]) else None


def _save(place: Path, array: np.ndarray) -> None:
    with replacing(place) as draft:
        np.save(draft, array)
