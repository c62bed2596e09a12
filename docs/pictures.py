"""Draws the README's pictures with the shipped weights: ``python docs/pictures.py``. Nothing is picked.

``sentence.gif`` is the README's own sentence with the seeds 0 to 5, ``wall.gif`` six sentences with one seed each,
``powers.gif`` four things to do with what is given, which stands on the left, with the seeds 0 to 3; ``film.gif`` is
one of the films in ``data/films``, every second picture of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from minisora import edits
from minisora.film import make_film, read_script
from minisora.pipeline import Pipeline
from minisora.video import resize, save_video
from minisora.worlds.render import render
from minisora.worlds.scene import Scene, SceneObject

SENTENCE = "a red circle moves right and a blue square bounces"
PROMPTS = (
    "a large red circle moves right",
    "a medium yellow star spins",
    "a small blue square bounces",
    "a medium white ring moves up and to the left",
    "a medium green triangle grows",
    "a large purple diamond moves down",
)
SEEDS, RIGHT_HALF = 4, (0, 32, 64, 32)
FOLDER = Path(__file__).resolve().parents[1] / "data" / "samples"


def main() -> None:
    pipeline = Pipeline.load()
    for name, prompts in {"sentence": [SENTENCE] * len(PROMPTS), "wall": list(PROMPTS)}.items():
        clips = [clip.frames for clip in pipeline.generate(prompts)]  # seeds 0, 1, 2, ...
        save_video(wall(clips, columns=3), FOLDER / f"{name}.gif", fps=pipeline.fps)
        print(FOLDER / f"{name}.gif")
    save_video(wall(powers(pipeline), columns=1 + SEEDS), FOLDER / "powers.gif", fps=pipeline.fps)
    print(FOLDER / "powers.gif")
    film = make_film(pipeline, read_script(FOLDER.parent / "films" / "day_and_night.yaml"))
    frames = resize(film.frames, 128, 128)[:, ::2]
    print(save_video(frames, FOLDER / "film.gif", fps=film.fps / 2, scale=1))


def powers(pipeline: Pipeline) -> list[Tensor]:
    """Rows of clips ``3 17 64 64``: what is given, and what is made of it with some seeds."""
    star = SceneObject("star", "orange", "large", "still", x=-0.1, y=0.05)
    orbit = SceneObject("circle", "red", "medium", "orbits", x=0.0, y=0.0, speed=0.25)
    up, down = (
        SceneObject(shape, colour, "medium", motion, x=x, y=y, speed=0.15)
        for shape, colour, motion, x, y in (
            ("ring", "white", "up", -0.25, 0.15),
            ("square", "blue", "down", 0.25, -0.15),
        )
    )
    still, turning, both = (
        render([Scene(things, "navy")], frames=17, height=64, width=64)[0] for things in ((star,), (orbit,), (up, down))
    )
    clips = []
    for seed in range(SEEDS):
        asked: edits.Settings = {"seed": seed, "tell": lambda line: None}
        column = [
            edits.animate(pipeline, still[:, 0], "a large orange star spins", **asked),
            edits.extend(pipeline, turning, "a medium red circle orbits", 2.0, **asked)[:, 16:],
            edits.edit(pipeline, both, "a medium white ring moves up and a medium red star spins", RIGHT_HALF, **asked),
            edits.follow(pipeline, turning, "a yellow star", **asked),
        ]
        clips.append([clip.as_subclass(Tensor)[:, :17] for clip in column])
    given = [still, turning, both, turning]
    return [clip for row, first in enumerate(given) for clip in (first, *(column[row] for column in clips))]


def wall(clips: Sequence[Tensor], *, columns: int) -> Tensor:
    """Clips ``3 t h w`` beside and below each other, with white lines between them."""
    rows = [_joined(clips[start : start + columns], dim=-1) for start in range(0, len(clips), columns)]
    return _joined(rows, dim=-2)


def _joined(parts: Sequence[Tensor], *, dim: int) -> Tensor:
    line = torch.ones_like(parts[0].narrow(dim, 0, 2))
    return torch.cat([piece for part in parts for piece in (line, part)][1:], dim=dim)


if __name__ == "__main__":
    main()
