"""Clips to files that people can watch, and people's own videos to clips.

``picture`` turns tensors into levels, ``write`` levels into files; ``read`` takes from a file what a player would show,
frame by frame out of ``decode`` (FFmpeg) or ``animation`` (Pillow). ``audio`` writes and reads the sound beside them.
"""

from minisora.video.audio import RATE, read_sound
from minisora.video.picture import filmstrip, resize, to_uint8
from minisora.video.read import read_video, shown_size
from minisora.video.write import COMFORTABLE, check_ending, save_video

__all__ = [
    "COMFORTABLE",
    "RATE",
    "check_ending",
    "filmstrip",
    "read_sound",
    "read_video",
    "resize",
    "save_video",
    "shown_size",
    "to_uint8",
]
