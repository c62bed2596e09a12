"""What people do with a video model besides describing a clip: part of it is given, the rest is generated.

Every file holds one of these powers: a thin function that reads what is given, turns it into latents, says where they
belong (``diffusion/given.py``) and calls ``Pipeline.generate``. ``fit`` brings files to a size that the model can take,
``latents`` pieces of clips into latents, ``work`` counts the steps.
"""

from minisora.edits.animate import animate
from minisora.edits.connect import connect
from minisora.edits.edit import Region, edit
from minisora.edits.expand import expand
from minisora.edits.extend import extend
from minisora.edits.fit import Fitted, fit_clip, fit_picture
from minisora.edits.follow import follow
from minisora.edits.keyframes import keyframes
from minisora.edits.loop import loop
from minisora.edits.restyle import restyle
from minisora.edits.storyboard import Shot, read_storyboard, storyboard
from minisora.edits.work import Settings

__all__ = [
    "Fitted",
    "Region",
    "Settings",
    "Shot",
    "animate",
    "connect",
    "edit",
    "expand",
    "extend",
    "fit_clip",
    "fit_picture",
    "follow",
    "keyframes",
    "loop",
    "read_storyboard",
    "restyle",
    "storyboard",
]
