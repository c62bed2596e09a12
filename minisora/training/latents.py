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
from minisora.files import replacing
from minisora.training.seeds import generator_for
from minisora.worlds.drawn import DrawnScene, DrawnWorld, draw, scene_from_dict, world_from_dict
from minisora.worlds.render import FPS
from minisora.worlds.shapes import ShapesWorld

CHUNK = 64  #: Clips that are drawn and encoded together; an interrupted encoding goes on at a whole chunk.


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
        manifest = _read_manifest(folder)
        if manifest is None:
            raise UserError(f"{folder}: no encoded clips there; encode them with encode_clips")
        self.folder = folder
        self.clip_set = _clip_set(manifest["clip_set"])
        self.latents: np.ndarray = np.memmap(
            folder / "latents.f16", dtype=np.float16, mode="r", shape=tuple(manifest["shape"])
        )
        if manifest["done"] < len(self.latents):
            raise UserError(f"{folder}: only {manifest['done']} of {len(self.latents)} clips are encoded; run it again")
        chunks = [_scenes_path(folder, start) for start in range(0, len(self.latents), CHUNK)]
        self._scenes = [line for path in chunks for line in path.read_bytes().splitlines()]

    def __len__(self) -> int:
        return len(self.latents)

    def take(self, indices: Tensor) -> Tensor:
        """Latents ``b c t h w`` in float32."""
        return torch.from_numpy(self.latents[indices.numpy()].astype(np.float32))

    def scene(self, index: int) -> DrawnScene:
        return scene_from_dict(json.loads(self._scenes[index]))


def draw_clips(clip_set: ClipSet, chunk: int) -> tuple[Sequence[DrawnScene], Tensor]:
    """Chunk number ``chunk`` of the set: its scenes and its video ``b 3 t h w``; a pure function of the arguments."""
    scenes = clip_set.world.sample(
        min(CHUNK, clip_set.clips - chunk * CHUNK),
        generator=generator_for(clip_set.seed, "clips", chunk),
        duration=clip_set.duration,
        aspect=clip_set.aspect,
    )
    return scenes, draw(scenes, frames=clip_set.frames, height=clip_set.height, width=clip_set.width, fps=clip_set.fps)


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

    Args:
        codec: offers ``encode(video b 3 t h w) -> latents b c t h w``.
        rebuild: throw away what the folder holds if it is of other clips or of another codec.
        device: where to encode; by default where the codec is. It is moved there if there is something to encode.
        watch: is called with the number of clips done and of all clips after each chunk.
    Raises: UserError when the folder holds other clips or those of another codec and ``rebuild`` is False.
    """
    key = cache_key(codec, clip_set)
    manifest = _read_manifest(folder)
    if manifest is not None and manifest["key"] != key:
        if not rebuild:
            raise UserError(
                f"{folder}: holds latents of another codec or other clips ({manifest['key'][:12]}, wanted {key[:12]});"
                " encode anew (rebuild), or name another folder"
            )
        (folder / "manifest.json").unlink(missing_ok=True)
        manifest = None
    if device is not None and (manifest is None or manifest["done"] < clip_set.clips):
        codec = codec.to(device)
    if manifest is None:
        _scenes_path(folder, 0).parent.mkdir(parents=True, exist_ok=True)
        shape = [clip_set.clips, *_encode(codec, draw_clips(clip_set, 0)[1][:1]).shape[1:]]
        np.memmap(folder / "latents.f16", dtype=np.float16, mode="w+", shape=tuple(shape))
        manifest = {"key": key, "clip_set": asdict(clip_set), "shape": shape, "done": 0}
        _write_manifest(folder, manifest)
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


def _encode_rest(
    folder: Path,
    manifest: dict[str, Any],
    codec: nn.Module,
    clip_set: ClipSet,
    watch: Callable[[int, int], object] | None,
) -> None:
    """Chunk by chunk; each is a pure function of the set and has a place of its own, so that one that an interruption
    left half done, or that another process is encoding as well, is written anew to the same bytes."""
    latents = np.memmap(folder / "latents.f16", dtype=np.float16, mode="r+", shape=tuple(manifest["shape"]))
    while manifest["done"] < clip_set.clips:
        start = manifest["done"]
        scenes, video = draw_clips(clip_set, start // CHUNK)
        encoded = _encode(codec, video)
        if not encoded.isfinite().all():
            raise UserError(f"{folder}: the codec gives non-finite latents for clips {start} to {start + len(scenes)}")
        latents[start : start + len(scenes)] = encoded.cpu().numpy().astype(np.float16)
        latents.flush()
        with replacing(_scenes_path(folder, start)) as draft:
            draft.write_text("".join(json.dumps(scene.to_dict()) + "\n" for scene in scenes))
        manifest = {**manifest, "done": start + len(scenes)}
        _write_manifest(folder, manifest)
        if watch is not None:
            watch(manifest["done"], clip_set.clips)


@torch.no_grad()
def _encode(codec: nn.Module, video: Tensor) -> Tensor:
    device = next((p.device for p in codec.parameters()), video.device)
    return codec.encode(video.to(device))  # type: ignore[operator]


def _scenes_path(folder: Path, start: int) -> Path:
    """The scenes of the chunk that begins with clip ``start``, one in a line."""
    return folder / "scenes" / f"{start:07}.jsonl"


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    path = folder / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else None


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    with replacing(folder / "manifest.json") as draft:
        draft.write_text(json.dumps(manifest, indent=1))


def _clip_set(data: dict[str, Any]) -> ClipSet:
    return ClipSet(**{**data, "world": world_from_dict(data["world"])})
