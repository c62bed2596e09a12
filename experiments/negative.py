"""Does a negative prompt take things away? ``python experiments/negative.py [--clips 16]``.

Of two ways to ask for something else than the words alone would make. Prompts that leave the background open, and away
from each background in turn: how often it is seen, as the judge reads it. Prompts of two things, and away from the
second: how often it is seen. The floor of both is the same prompts and seeds without a negative one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from minisora.clip import Clip
from minisora.evaluation.judge import read
from minisora.pipeline import Pipeline
from minisora.worlds.scene import BACKGROUNDS, COLOURS, SHAPES

GUIDANCES = (2.0, 4.0)


def seen(clips: Sequence[Clip], colours: Sequence[str], shapes: Sequence[str]) -> int:
    """In how many clips a thing of this colour and shape is seen, one of each a clip."""
    found = [[(each.colour, each.shape) for each in read(clip.frames).objects] for clip in clips]
    return sum(pair in there for pair, there in zip(zip(colours, shapes, strict=True), found, strict=True))


def row(label: str, *values: str) -> None:
    print(f"| {label} | " + " | ".join(values) + " |", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=16)
    clips = parser.parse_args(arguments).clips
    pipeline = Pipeline.load(device="cpu")
    first = [(COLOURS[i % 8], SHAPES[i % 6]) for i in range(clips)]
    second = [(COLOURS[(i + 3) % 8], SHAPES[(i + 1) % 6]) for i in range(clips)]
    pairs = [f"a small {a} {b} and a small {c} {d}" for (a, b), (c, d) in zip(first, second, strict=True)]
    open_ = [f"a {colour} {shape} stays still" for colour, shape in first]

    row("away from", "guidance", "seen without", "seen with", "the first thing seen with")
    row(*["---"] * 5)
    for guidance in GUIDANCES:
        made = pipeline.generate(open_, guidance=guidance)
        without = [read(clip.frames).background for clip in made]
        for background in BACKGROUNDS:
            words = "blue sky" if background == "sky" else f"{background} background"
            away = pipeline.generate(open_, guidance=guidance, negative=words)
            there = [read(clip.frames).background for clip in away]
            counts = (f"{each.count(background)} of {clips}" for each in (without, there))
            row(words, f"{guidance:g}", *counts, f"{seen(away, *zip(*first, strict=True))} of {clips}")
        made = pipeline.generate(pairs, guidance=guidance)
        away = [
            pipeline.generate(pair, guidance=guidance, negative=f"{colour} {shape}", seed=i)
            for i, (pair, (colour, shape)) in enumerate(zip(pairs, second, strict=True))
        ]
        counts = (f"{seen(each, *zip(*second, strict=True))} of {clips}" for each in (made, away))
        row("the second of two things", f"{guidance:g}", *counts, f"{seen(away, *zip(*first, strict=True))} of {clips}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
