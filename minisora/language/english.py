"""English, to be written. It is read by ``worlds/grammar.py``, which knows all that captions say."""

from __future__ import annotations

from minisora.language.tongue import Language
from minisora.worlds.scene import BACKGROUNDS, CAMERAS, COLOURS, SHAPES, SIZES
from minisora.worlds.vocabulary import DIGITS

_SAME = {"shape": SHAPES, "colour": COLOURS, "size": SIZES}

ENGLISH = Language(
    code="en",
    name="English",
    words="\n".join(f"{kind} {word}: {word}" for kind, words in _SAME.items() for word in words)
    + "\n".join(["", *(f"numeral {number}: {word}" for number, word in enumerate(DIGITS))])
    + "\nthing object: object\nhand: handwritten\npace slowly: slowly\npace quickly: quickly",
    endings={},
    phrase="{article} {size} {colour} {hand} {shape}",
    articles={"a": "a", "the": "the"},
    motions={
        "move": "moves {}",
        "still": "stays still",
        **{motion: motion for motion in ("bounces", "orbits", "spins", "grows", "shrinks", "blinks")},
    },
    directions={"left": "to the left", "right": "to the right", "up": "up", "down": "down"},
    relations={
        "left of": "{the} is left of {the}",
        "right of": "{the} is right of {the}",
        "above": "{the} is above {the}",
        "below": "{the} is below {the}",
        "in front of": "{the} is in front of {the}",
    },
    backgrounds={
        **{colour: f"on a {colour} background" for colour in BACKGROUNDS},
        "sky": "under a cloudy sky",
    },
    cameras={
        **{camera: f"while the camera {camera}" for camera in CAMERAS},
        "static": "while the camera stays still",
    },
    off_walls="and bounces off the walls",
    smooth=((r"\ba (?=[aei]|o(?!ne))", "an "), (r"moves to the ", "moves ")),
)
