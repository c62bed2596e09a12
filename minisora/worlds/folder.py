"""The ``folder`` world: the user's own videos, as Hugging Face's VideoFolder lays them out.

A folder of video files, at any depth, and optionally ``metadata.jsonl``, ``.csv`` or ``.tsv`` with a ``file_name``
(relative to the metadata file) and a ``caption`` or ``text`` for each, or a text beside each: ``clip.txt`` for
``clip.mp4``. Without tables every file counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from minisora.errors import UserError
from minisora.worlds.listing import list_videos

SMALLEST = 16  #: Pixels of the shorter side below which there is nothing to see.
SLIMMEST = 4.0  #: Aspect ratio, over that of the clip, beyond which cropping leaves less than a quarter of the picture.


@dataclass(frozen=True)
class FolderClip:
    """A piece of a video: ``video`` is ``3 frames height width`` in [-1, 1]; ``name`` is relative to the folder."""

    name: str
    caption: str
    video: Tensor


class FolderWorld:
    """Clips of one shape from a folder of videos of any shape, size, and frame rate.

    Attributes:
        entries: (name, caption) of every file that will be tried.
        skipped: (name, reason) of everything that cannot be used; grows while :meth:`clips` runs.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        frames: int = 17,
        height: int = 64,
        width: int = 64,
        fps: float = 8.0,
        clips_per_video: int = 8,
    ) -> None:
        """Find the files; nothing is decoded yet.

        Raises:
            UserError: no such folder, nothing in it, or a clip that no codec can take.
        """
        if frames < 1 or frames % 4 != 1:
            below = max(1, (frames - 1) // 4 * 4 + 1)
            raise UserError(f"{frames} frames: a clip has 1 + 4k of them (codec) — try {below} or {below + 4}")
        if min(height, width) < 1 or not fps > 0 or clips_per_video < 1:
            raise UserError(
                f"clips of {height}x{width} at {fps:g} fps, {clips_per_video} a video: all must be positive"
            )
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise UserError(f"{self.folder}: no such folder — name a folder of video files")
        self.frames, self.height, self.width, self.fps = frames, height, width, fps
        self.clips_per_video = clips_per_video
        found = list_videos(self.folder)
        self.entries, self.skipped = list(found.captions.items()), found.skipped
        if not self.entries:
            raise UserError(f"{self.folder}: no video to try{_because(self.skipped)} — put video files there")

    def clips(self) -> Iterator[FolderClip]:
        """Decode the videos one by one; up to ``clips_per_video`` clips of each that follow on one another.

        The picture is scaled until it covers the clip, and cropped around the middle; for each moment it is the one
        that is on screen then.

        Raises:
            UserError: after the last file, if none of them could be used.
        """
        self.skipped = list_videos(self.folder).skipped
        usable = False
        for name, caption in self.entries:
            try:
                videos = self.cut(name)
            except Exception as error:  # a foreign file may fail in any way; that must not stop a run
                self.skipped.append((name, " ".join(str(error).split()) or type(error).__name__))
                continue
            usable = True
            yield from (FolderClip(name, caption, video) for video in videos)
        if not usable:
            raise UserError(f"{self.folder}: none of {len(self.entries)} files can be used{_because(self.skipped)}")

    def cut(self, name: str) -> list[Tensor]:
        """The clips ``3 frames height width`` of one video. Raises ``UserError`` with only the reason, among others."""
        video = self._read(self.folder / name)
        starts = range(0, video.shape[1] - self.frames + 1, self.frames)
        return [video[:, start : start + self.frames].clone() for start in starts]

    def _read(self, path: Path) -> Tensor:
        """Everything that is needed of a video, ``3 t height width``. Raises ``UserError`` with only the reason."""
        from minisora.video import read_video, shown_size

        if not path.is_file():
            raise UserError("no such file")
        if path.stat().st_size == 0:
            raise UserError("empty file")
        try:
            tall, wide = self._covering(*shown_size(path))
            video = read_video(path, fps=self.fps, size=(tall, wide), frames=self.frames * self.clips_per_video)
        except UserError as error:
            raise UserError(str(error).replace(f"{path}", "it").partition(" — ")[0].removeprefix("it ")) from error
        if video.shape[1] < self.frames:
            raise UserError(f"too short: {video.shape[1]} of {self.frames} frames at {self.fps:g} fps")
        top, left = (tall - self.height) // 2, (wide - self.width) // 2
        return video[:, :, top : top + self.height, left : left + self.width]

    def _covering(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of a picture when it just covers the clip. Raises ``UserError`` if that shows too little."""
        if min(height, width) < SMALLEST:
            raise UserError(f"odd size: {width}x{height}, at least {SMALLEST} pixels each way are needed")
        scale = max(self.height / height, self.width / width)
        tall, wide = max(self.height, round(height * scale)), max(self.width, round(width * scale))
        if tall * wide > SLIMMEST * self.height * self.width:
            raise UserError(f"odd size: of {width}x{height} less than a quarter would be left after cropping")
        return tall, wide


def _because(skipped: list[tuple[str, str]]) -> str:
    """The first reasons, in brackets."""
    shown = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
    more = f"; {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f" ({shown}{more})" if skipped else ""
