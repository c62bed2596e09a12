"""Drawn shapes and handwritten digits behind one face: a scene of either kind becomes pixels, words, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from torch import Generator, Tensor

from minisora.worlds import digits
from minisora.worlds.caption import canonical as canonical_shapes
from minisora.worlds.caption import caption
from minisora.worlds.digits import DigitScene, DigitsWorld
from minisora.worlds.render import FPS, render
from minisora.worlds.scene import Scene
from minisora.worlds.shapes import ShapesWorld

DrawnScene = Scene | DigitScene
DrawnWorld = ShapesWorld | DigitsWorld
DrawnStyle = Literal["canonical", "terse", "plain", "descriptive"]


def draw(scenes: Sequence[DrawnScene], *, frames: int, height: int, width: int, fps: float = FPS) -> Tensor:
    """Clips ``b 3 frames height width`` in [-1, 1] of scenes that are all of one kind."""
    size = {"frames": frames, "height": height, "width": width, "fps": fps}
    if all(isinstance(scene, DigitScene) for scene in scenes):
        return digits.render(cast(Sequence[DigitScene], scenes), **size)
    return render(cast(Sequence[Scene], scenes), **size)


def describe(
    scene: DrawnScene, *, style: DrawnStyle, generator: Generator, duration: float = 2.0, aspect: float = 1.0
) -> str:
    """A caption in one of four styles; only the canonical one is always the same.

    ``duration`` in seconds and ``aspect`` say whether a digit meets a wall.
    """
    if style == "canonical":
        return canonical(scene)
    if isinstance(scene, DigitScene):
        return digits.caption(scene, style=style, generator=generator, duration=duration, aspect=aspect)
    return caption(scene, style=style, generator=generator)


def canonical(scene: DrawnScene) -> str:
    """The one plain caption without synonyms."""
    return digits.canonical(scene) if isinstance(scene, DigitScene) else canonical_shapes(scene)


def scene_from_dict(data: dict[str, Any]) -> DrawnScene:
    """The scene that ``to_dict`` wrote: only shapes have a background to name."""
    return Scene.from_dict(data) if "background" in data else DigitScene.from_dict(data)


def world_from_dict(data: dict[str, Any]) -> DrawnWorld:
    """The world that ``dataclasses.asdict`` wrote, also by way of JSON."""
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
    return DigitsWorld(**values) if is_digits(data) else ShapesWorld(**values)


def is_digits(world: dict[str, Any]) -> bool:
    """Whether a world on a card or in a cache is that of the digits: only that splits its scans."""
    return "split" in world
