"""What several exercises of the chapter use."""

from __future__ import annotations

from dataclasses import replace

from minisora.worlds.scene import Scene, SceneObject

#: Four scenes of which only one row of pixels is shown. (Read on after the quiz!)
_AT_REST = SceneObject("circle", "red", "small", "still", x=-0.2)


QUIZ = {
    "A": Scene((replace(_AT_REST, x=0.3, motion="left", speed=0.3),), "grey"),
    "B": Scene((replace(_AT_REST, x=0.0, motion="orbits", speed=0.5),), "grey"),
    "C": Scene((replace(_AT_REST, motion="blinks", speed=1.0),), "grey"),
    "D": Scene((_AT_REST,), "grey", "pans left", 0.25),
}
