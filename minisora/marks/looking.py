"""What the pixels of a file say, whatever its metadata say or have lost."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from minisora.marks.invisible import FALSE_ALARM, Detection, detect
from minisora.marks.message import DEFAULT
from minisora.video import read_video
from minisora.video.still import read_still

FRAMES = 24  #: Of a video, as many from its beginning are read.


def look(path: str | Path, number: int = DEFAULT, *, false_alarm: float = FALSE_ALARM) -> Detection:
    """Whether a number's mark is in the pixels of a video or picture.

    Of a picture that is at least twice as wide as it is high, as filmstrips are, the left end is looked at.

    Raises: UserError when the file cannot be read, or for a number that none can be.
    """
    return detect(pictures(path), number, false_alarm=false_alarm)


def pictures(path: str | Path) -> Tensor:
    """What is looked at, as a clip ``3 t h w``."""
    still = read_still(path)  # None for a png with a chunk whose checksum is wrong as well, which FFmpeg still reads
    clip = read_video(path, frames=FRAMES) if still is None else still.picture
    frames, height, width = clip.shape[1:]
    return clip[..., :height] if frames == 1 and width >= 2 * height else clip


def in_words(found: Detection) -> str:
    """In one line."""
    agree = f"{found.matches} of {len(found.bits)} bits agree"
    if found.found:
        return f"the watermark of number {found.number} is in them: {agree}, by chance in one of {1 / found.chance:.2g}"
    return (
        f"no watermark of number {found.number}: {agree}, which chance does in {100 * found.chance:.2g} of 100"
        " — it never had one, or too little is left of it"
    )
