"""Does a clip do what its plan was directed to do? ``python experiments/directed.py [--clips 16]``.

Three tables of the shipped weights. Pace: how fast things go that were asked to go at so many times the usual pace, as
the judge follows them. Paths: how far in pixels (of 64) the thing is from where it was sent. Following: other things
sent the ways of drawn ones; how much the silhouettes overlap (a drawn clip of another scene is the floor, the same clip
through the codec the ceiling), and how often colour and shape are those of the words.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from minisora import edits
from minisora.directing import along
from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.judge import judge
from minisora.evaluation.reading import as_video
from minisora.evaluation.ways import Way, ways_in
from minisora.pipeline import Pipeline
from minisora.worlds.claims import parse
from minisora.worlds.drawn import draw
from minisora.worlds.scene import COLOURS, SHAPES, Scene
from minisora.worlds.shapes import ShapesWorld

PACES = (0.5, 1.0, 1.5, 2.0)
STRAIGHT = ("left", "right", "up", "down")
PATHS = {
    "a corner": [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7)],
    "a V": [(0.25, 0.35), (0.5, 0.65), (0.75, 0.35)],
    "a corner, twice as long in the same time": [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)],
}


def speed(way: Way, fps: float = 8.0) -> float:
    """Sides a second, the median of the steps."""
    return float(torch.hypot(way.x.diff(), way.y.diff()).median()) * fps


def overlap(one: Tensor, other: Tensor) -> float:
    """Intersection over union of what stands out in two clips ``3 t h w``."""

    def outline(clip: Tensor) -> Tensor:
        video = as_video(clip)
        return ((video - find_backdrop(video).picture).abs() > 0.1).any(1)

    a, b = outline(one), outline(other)
    return float((a & b).sum() / (a | b).sum().clamp(min=1))


def mean(values: Sequence[float]) -> str:
    return f"{statistics.fmean(values):.2f}" if values else "–"


def row(label: str, *values: str) -> None:
    print(f"| {label} | " + " | ".join(values) + " |", flush=True)


def things(n: int, motions: tuple[str, ...], seed: int) -> list[Scene]:
    world = ShapesWorld(counts=(1.0,), motions=motions, moving_camera=0.0, occlusion=0.0)  # type: ignore[arg-type]
    return list(world.sample(n, generator=Generator().manual_seed(seed)))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=16)
    clips = parser.parse_args(arguments).clips
    pipeline = Pipeline.load(device="cpu")

    prompts = [f"a medium {COLOURS[i % 8]} circle moves {STRAIGHT[i % 4]}" for i in range(clips)]
    row("asked pace", "speed in sides a second", "as a multiple of pace 1", "motion right")
    row("---", "---", "---", "---")
    usual = None
    for pace in sorted(PACES, key=lambda pace: pace != 1.0):
        made = pipeline.generate(prompts, pace=pace)
        speeds = [speed(ways[0]) for clip in made if (ways := ways_in(clip.frames))]
        usual = usual or statistics.fmean(speeds)
        right = [judge(clip.frames, parse(clip.prompt)).motion for clip in made]
        row(f"{pace:g}", mean(speeds), f"{statistics.fmean(speeds) / usual:.2f}", f"{sum(right)} of {clips}")
    print()

    row("path", "distance from it in pixels of 64", "one thing is seen")
    row("---", "---", "---")
    plain = [f"a small {COLOURS[i % 8]} {SHAPES[i % len(SHAPES)]} stays still" for i in range(clips)]
    for name, path in PATHS.items():
        direct, apart, seen = along(path), [], 0
        lengths = torch.tensor(path).diff(dim=0).norm(dim=1)
        gone = torch.cat([torch.zeros(1), lengths.cumsum(0)]) / lengths.sum()
        for clip in pipeline.generate(plain, direct=direct):
            ways = ways_in(clip.frames)
            seen += len(ways) == 1
            share = torch.linspace(0, 1, clip.shape[1])
            for way in ways[:1]:
                where = [torch.from_numpy(_at(share, gone, torch.tensor(path)[:, i])) - 0.5 for i in (0, 1)]
                apart.append(64 * float(torch.hypot(way.x - where[0], way.y - where[1]).mean()))
        row(name, mean(apart), f"{seen} of {clips}")
    print()

    row("following", "overlap", "colour right", "shape right")
    row("---", "---", "---", "---")
    scenes = things(clips, ("bounces", "orbits", "right", "up", "grows"), 3)
    originals = draw(scenes, frames=17, height=64, width=64)
    with torch.no_grad():
        ceiling = [overlap(one, other) for one, other in zip(_through(pipeline, originals), originals, strict=True)]
    floor = [overlap(one, other) for one, other in zip(originals, originals.roll(1, 0), strict=True)]
    row("another drawn clip (floor)", mean(floor), "–", "–")
    row("the same clip through the codec", mean(ceiling), "–", "–")
    for label, other_shape in (("other colour", False), ("other colour and shape", True)):
        found, colour, shape = [], 0, 0
        for i, (scene, clip) in enumerate(zip(scenes, originals, strict=True)):
            thing = scene.objects[0]
            kind = SHAPES[(SHAPES.index(thing.shape) + 1) % len(SHAPES)] if other_shape else thing.shape
            words = f"a {COLOURS[(COLOURS.index(thing.colour) + 3) % 8]} {kind}"
            made = edits.follow(pipeline, clip, words, seed=i, tell=lambda line: None)
            verdict = judge(made.frames, parse(words))
            found.append(overlap(made.frames, clip))
            colour, shape = colour + verdict.colour, shape + verdict.shape
        row(label, mean(found), f"{colour} of {clips}", f"{shape} of {clips}")
    return 0


def _through(pipeline: Pipeline, clips: Tensor) -> Tensor:
    return torch.cat([pipeline.codec.decode(pipeline.codec.encode(each)) for each in clips.split(8)]).clamp(-1, 1)


def _at(share: Tensor, gone: Tensor, values: Tensor):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.interp(share.numpy(), gone.numpy(), values.numpy()).astype("float32")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
