"""Clips are encoded once: latents and scenes of a training set on disk, resumable, and checked for staleness."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minisora.errors import UserError
from minisora.files import from_json, reason, replacing
from minisora.training.latent_files import (
    Manifest,
    damaged,
    latents_path,
    make_room,
    read_manifest,
    scenes_path,
    write_latents,
    write_manifest,
)
from minisora.training.seeds import generator_for
from minisora.worlds.drawn import DrawnScene, DrawnWorld, draw, scene_from_dict, world_from_dict
from minisora.worlds.render import FPS
from minisora.worlds.shapes import ShapesWorld

CHUNK = 64  #: Clips that are drawn and encoded together; an interrupted encoding goes on at a whole chunk.
#: What other values than those that were written lead to.
SPOILED = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


@dataclass(frozen=True)
class ClipSet:
    """Which clips are drawn and encoded: ``clips`` of ``frames x height x width`` pixels from ``world``."""

    clips: int = 20_000
    frames: int = 17
    height: int = 64
    width: int = 64
    fps: float = FPS
    seed: int = 0
    world: DrawnWorld = field(default_factory=ShapesWorld)

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the last, and those of one frame for a picture."""
        return max(self.frames - 1, 1) / self.fps

    @property
    def aspect(self) -> float:
        return self.width / self.height


class LatentCache:
    """Encoded clips, read from disk as needed.

    Attributes:
        latents: ``n c t h w`` float16, memory-mapped.
        clip_set: what was encoded.
    """

    def __init__(self, folder: Path) -> None:
        manifest = read_manifest(folder)
        if manifest is None:
            raise UserError(f"{folder}: no encoded clips there; encode them with encode_clips")
        self.folder = folder
        try:
            self._open(folder, manifest)
        except UserError:
            raise
        except (OSError, *SPOILED) as error:
            raise damaged(folder, reason(error)) from error

    def _open(self, folder: Path, manifest: Manifest) -> None:
        self.clip_set = _clip_set(manifest["clip_set"])
        if manifest["done"] < self.clip_set.clips:
            raise UserError(
                f"{folder}: only {manifest['done']} of {self.clip_set.clips} clips are encoded; run it again"
            )
        self.latents: np.ndarray = np.memmap(
            latents_path(folder, manifest), dtype=np.float16, mode="r", shape=tuple(manifest["shape"])
        )
        chunks = [scenes_path(folder, manifest, start) for start in range(0, self.clip_set.clips, CHUNK)]
        self._scenes = [line for path in chunks for line in path.read_bytes().splitlines()]
        if not len(self._scenes) == len(self.latents) == self.clip_set.clips:
            raise ValueError(f"{len(self._scenes)} scenes of {len(self.latents)} clips")

    def __len__(self) -> int:
        return len(self.latents)

    def take(self, indices: Tensor) -> Tensor:
        """Latents ``b c t h w`` in float32."""
        return torch.from_numpy(self.latents[indices.numpy()].astype(np.float32))

    def scene(self, index: int) -> DrawnScene:
        line = self._scenes[index]
        try:
            return scene_from_dict(from_json(line))
        except SPOILED as error:
            raise damaged(self.folder, f"scene {index}: {reason(error)}") from error


def draw_clips(
    clip_set: ClipSet, chunk: int, *, device: torch.device | str = "cpu"
) -> tuple[Sequence[DrawnScene], Tensor]:
    """Chunk number ``chunk`` of the set: its scenes and its video ``b 3 t h w``, drawn on a ``device``.

    A pure function of the arguments.
    """
    scenes = clip_set.world.sample(
        min(CHUNK, clip_set.clips - chunk * CHUNK),
        generator=generator_for(clip_set.seed, "clips", chunk),
        duration=clip_set.duration,
        aspect=clip_set.aspect,
    )
    with torch.device(device):  # scenes are the same everywhere, so that only what follows from them is made there
        size = {"height": clip_set.height, "width": clip_set.width}
        return scenes, draw(scenes, frames=clip_set.frames, fps=clip_set.fps, **size)


def encode_clips(
    folder: Path,
    *,
    codec: nn.Module,
    clip_set: ClipSet,
    rebuild: bool = False,
    device: str | None = None,
    watch: Callable[[int, int], object] | None = None,
) -> LatentCache:
    """Encode the set into ``folder``, or go on where an earlier call stopped, or just open what is there.

    Another run may be reading what the folder holds, or encoding the same clips: latents of another codec or of other
    clips are other files, which are never written over; the manifest says which of them count.

    Args:
        codec: offers ``encode(video b 3 t h w) -> latents b c t h w``.
        rebuild: throw away what the folder holds if it is damaged, of other clips, or of another codec.
        device: where to encode; by default where the codec is. It is moved there if there is something to encode.
        watch: is called with the number of clips done and of all clips after each chunk.
    Raises: UserError when the folder holds other clips, those of another codec, or damaged ones, and ``rebuild`` is
        False; when there is not enough room for them.
    """
    key = cache_key(codec, clip_set)
    try:
        manifest = _held(folder, key, clip_set.clips)
    except UserError:
        if not rebuild:
            raise
        manifest = None
    if device is not None and (manifest is None or manifest["done"] < clip_set.clips):
        codec = codec.to(device)
    if manifest is None:
        manifest = _begin(folder, key, codec, clip_set)
    if manifest["done"] < clip_set.clips:
        _encode_rest(folder, manifest, codec, clip_set, watch)
    return LatentCache(folder)


def cache_key(codec: nn.Module, clip_set: ClipSet) -> str:
    """A hash of what the latents depend on: the codec's weights, but for its decoder's, and which clips are drawn."""
    drawn = json.dumps(asdict(clip_set), sort_keys=True)
    return hashlib.sha256(f"{drawn} {latents_key(codec)}".encode()).hexdigest()


def latents_key(codec: nn.Module) -> str:
    """A hash of the codec's weights, but for its decoder's: of what makes latents of clips."""
    digest = hashlib.sha256()
    for name, value in sorted(codec.state_dict().items()):
        if name.startswith("decoder."):
            continue
        digest.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _held(folder: Path, key: str, clips: int) -> Manifest | None:
    """What the folder holds of these clips, if anything.

    Raises: UserError when it is of others, or damaged.
    """
    manifest = read_manifest(folder)
    if manifest is not None and manifest["key"] != key:
        raise UserError(
            f"{folder}: holds latents of another codec or other clips ({manifest['key'][:12]}, wanted {key[:12]});"
            " encode anew (rebuild), or name another folder"
        )
    if manifest is not None and manifest["done"] >= clips:
        LatentCache(folder)
    return manifest


def _begin(folder: Path, key: str, codec: nn.Module, clip_set: ClipSet) -> Manifest:
    shape = [clip_set.clips, *_encode(codec, draw_clips(clip_set, 0, device=_device(codec))[1][:1]).shape[1:]]
    return make_room(folder, {"key": key, "clip_set": asdict(clip_set), "shape": shape, "done": 0})


def _encode_rest(
    folder: Path,
    manifest: Manifest,
    codec: nn.Module,
    clip_set: ClipSet,
    watch: Callable[[int, int], object] | None,
) -> None:
    """Chunk by chunk; each is a pure function of the set and has a place of its own, so that one that an interruption
    left half done, or that another process is encoding as well, is written anew to the same bytes."""
    while manifest["done"] < clip_set.clips:
        start = manifest["done"]
        scenes, video = draw_clips(clip_set, start // CHUNK, device=_device(codec))
        encoded = _encode(codec, video)
        if not encoded.isfinite().all():
            raise UserError(f"{folder}: the codec gives non-finite latents for clips {start} to {start + len(scenes)}")
        there = read_manifest(folder)
        if there is None or there["key"] != manifest["key"]:
            raise UserError(f"{folder}: another run has begun to encode other clips there; name another folder (--run)")
        write_latents(latents_path(folder, manifest), start, encoded.cpu().numpy().astype(np.float16))
        with replacing(scenes_path(folder, manifest, start)) as draft:
            draft.write_text("".join(json.dumps(scene.to_dict()) + "\n" for scene in scenes))
        manifest = {**manifest, "done": start + len(scenes)}
        write_manifest(folder, manifest)
        if watch is not None:
            watch(manifest["done"], clip_set.clips)


@torch.no_grad()
def _encode(codec: nn.Module, video: Tensor) -> Tensor:
    return codec.encode(video)  # type: ignore[operator]


def _device(codec: nn.Module) -> torch.device:
    return next((parameter.device for parameter in codec.parameters()), torch.device("cpu"))


def _clip_set(data: dict[str, Any]) -> ClipSet:
    return ClipSet(**{**data, "world": world_from_dict(data["world"])})
