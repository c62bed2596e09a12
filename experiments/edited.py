"""What do edits keep, and what do they change? ``python experiments/edited.py [--clips 16] [--parts restyle ...]``.

Three tables of the shipped weights. Restyling: drawn clips of one thing made anew as another colour, from under more
and more noise, from the clip as it is and from its white silhouettes, sharp and blurred (Gen-1's trade: how much of the
outline is kept, as intersection over union, against how often the colour is that of the words; another clip is the
floor, the codec alone the ceiling). Regions: a second thing in the right half of a clip. Canvases: the same beside it,
on a canvas half as wide again. Of both: are there two things of the right colours, is the first one still what it was,
and how far are the pixels that were given from the codec's own?
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from directed import mean, overlap, row
from torch import Generator, Tensor

from minisora import edits
from minisora.diffusion.structure import structure
from minisora.errors import UserError
from minisora.evaluation.backdrop import find_backdrop
from minisora.evaluation.judge import judge
from minisora.evaluation.reading import as_video
from minisora.pipeline import Pipeline
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.render import render
from minisora.worlds.scene import COLOURS, Motion, Scene
from minisora.worlds.shapes import ShapesWorld

STRENGTHS = (0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
MOVING: tuple[Motion, ...] = ("bounces", "orbits", "right", "up", "grows")
HALF, WIDER = 32, 96  #: Where the right half of a clip begins, and the width of the canvas.
PARTS = ("restyle", "regions", "canvases")


def quiet(line: str) -> None:
    del line


def scenes_of(clips: int, motions: tuple[Motion, ...]) -> list[Scene]:
    world = ShapesWorld(counts=(1.0,), motions=motions, moving_camera=0.0, occlusion=0.0)
    return list(world.sample(clips, generator=Generator().manual_seed(1903)))


def recoloured(scene: Scene) -> str:
    """The scene's caption, with another colour."""
    thing = scene.objects[0]
    other = COLOURS[(COLOURS.index(thing.colour) + 3) % len(COLOURS)]
    return canonical(replace(scene, objects=(replace(thing, colour=other),)))


def silhouettes(clip: Tensor, blur: int) -> Tensor:
    video = as_video(clip)  # t 3 h w
    pixels = video.movedim(1, 0)[None] * 2 - 1
    behind = find_backdrop(video).picture.movedim(1, 0)[None] * 2 - 1
    return structure(pixels, behind, blur=blur)[0]


def through(pipeline: Pipeline, clips: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.cat([pipeline.codec.decode(pipeline.codec.encode(each)) for each in clips.split(8)]).clamp(-1, 1)


def restyle(pipeline: Pipeline, clips: int) -> None:
    scenes = scenes_of(clips, MOVING)
    drawn = render(scenes, frames=17, height=64, width=64)
    row("restyled from", "strength", "overlap with the clip", "colour of the words", "shape", "motion", "everything")
    row(*["---"] * 7)
    floor = [overlap(one, other) for one, other in zip(drawn, drawn.roll(1, 0), strict=True)]
    row("another drawn clip (floor)", "–", mean(floor), *["–"] * 4)
    ceiling = [overlap(one, other) for one, other in zip(through(pipeline, drawn), drawn, strict=True)]
    row("the clip through the codec (ceiling)", "–", mean(ceiling), *["–"] * 4)
    sources: dict[str, Callable[[Tensor], Tensor]] = {
        "the clip": lambda clip: clip,
        "its silhouettes": lambda clip: silhouettes(clip, 0),
        "its silhouettes, blurred twice": lambda clip: silhouettes(clip, 2),
    }
    for name, source in sources.items():
        for strength in STRENGTHS:
            kept, verdicts = [], []
            for i, (scene, clip) in enumerate(zip(scenes, drawn, strict=True)):
                words = recoloured(scene)
                made = edits.restyle(pipeline, source(clip), words, strength, seed=i, tell=quiet).frames
                kept.append(overlap(made, clip))
                verdicts.append(judge(made, parse(words)))
            shares = [
                f"{sum(getattr(each, kind) for each in verdicts)} of {clips}"
                for kind in ("colour", "shape", "motion", "everything")
            ]
            row(name, f"{strength:g}", mean(kept), *shares)
    print()


def beside(pipeline: Pipeline, clips: int, *, canvas: bool) -> None:
    """A second thing to the right of a drawn one that stays in the left half."""
    scenes = [_on_the_left(scene) for scene in scenes_of(clips, ("still", "spins", "blinks"))]
    drawn = render(scenes, frames=17, height=64, width=64)
    coded = through(pipeline, drawn)
    rights, there, still, far = 0, 0, 0, []
    for i, (scene, clip, own) in enumerate(zip(scenes, drawn, coded, strict=True)):
        colour = COLOURS[(COLOURS.index(scene.objects[0].colour) + 4) % len(COLOURS)]
        second = f"a {colour} square stays still"
        words = f"{canonical(scene)} and {second}"
        if canvas:
            made = edits.expand(pipeline, clip, words, (64, WIDER), at=(0, 0), seed=i, tell=quiet).frames
            kept, border = made[..., :64], 64
        else:
            made = edits.edit(pipeline, clip, words, (0, HALF, 64, 64 - HALF), seed=i, tell=quiet).frames
            kept, border = made[..., :HALF], HALF
        difference = (kept - own[..., : kept.shape[-1]])[..., : border - 16].square().mean()  # the decoder looks over
        far.append(-10 * torch.log10(difference / 4 + 1e-10).item())
        verdict = judge(made, parse(words))
        rights += verdict.everything
        there += verdict.count and verdict.colour
        still += judge(_first(own, made, border), parse(canonical(scene))).everything
    name = f"beside, on a canvas of 64x{WIDER}" if canvas else "in the right half"
    row(name, f"{there} of {clips}", f"{still} of {clips}", f"{rights} of {clips}", f"{statistics.fmean(far):.0f} dB")


def _on_the_left(scene: Scene) -> Scene:
    thing = scene.objects[0]
    return replace(scene, objects=(replace(thing, x=-0.25, y=0.0, size="small"),))


def _first(own: Tensor, made: Tensor, border: int) -> Tensor:
    """The given part of a clip, with what was beside it in the clip as it was."""
    whole = own.clone()
    whole[..., :border] = made[..., :border]
    return whole


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=16)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked = parser.parse_args(arguments)
    try:
        pipeline = Pipeline.load(device="cpu")
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    if "restyle" in asked.parts:
        restyle(pipeline, asked.clips)
    if "regions" in asked.parts or "canvases" in asked.parts:
        row(
            "a second thing",
            "two things, of the right colours",
            "the given thing is right",
            "everything",
            "given pixels, from the codec's",
        )
        row(*["---"] * 5)
        for part, canvas in (("regions", False), ("canvases", True)):
            if part in asked.parts:
                beside(pipeline, asked.clips, canvas=canvas)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
