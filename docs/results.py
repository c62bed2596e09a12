"""Fifty clips to look at, nothing picked: ``python docs/results.py`` draws docs/results/*.png and prints a table.

The first 20, 10, 10 and 10 prompts of the suites of ``minisora evaluate``, with their seeds. Clips are ordered by how
many of the five things are right that the judge reads; the five best, the five in the middle and the five worst are
drawn as filmstrips, and all fifty on one sheet, a column of three frames each.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
from torch import Tensor

from minisora.evaluation.judge import judge
from minisora.evaluation.suite import SUITES
from minisora.pipeline import Pipeline
from minisora.worlds.claims import parse
from minisora.worlds.drawn import canonical

FOLDER = Path(__file__).parent / "results"
KINDS = ("count", "colour", "shape", "size", "motion")


class Made(NamedTuple):
    prompt: str
    frames: Tensor
    wrong: tuple[str, ...]

    @property
    def said(self) -> str:
        return self.prompt + " — " + (f"wrong: {', '.join(self.wrong)}" if self.wrong else "all right")


def make(pipeline: Pipeline) -> list[Made]:
    """All fifty, the best first."""
    made = []
    for suite, many in zip(SUITES, (20, 10, 10, 10), strict=True):
        prompts = [canonical(scene) for scene in suite.draw()[:many]]
        clips = pipeline.generate(prompts, seed=[1000 * suite.seed + i for i in range(many)])
        for prompt, clip in zip(prompts, clips, strict=True):
            verdict = judge(clip.frames, parse(prompt))
            made.append(Made(prompt, clip.frames, tuple(kind for kind in KINDS if not getattr(verdict, kind))))
    return sorted(made, key=lambda each: len(each.wrong))


def picture(frame: Tensor) -> Tensor:
    return ((frame.clamp(-1, 1) + 1) / 2).permute(1, 2, 0)


def strips(some: list[Made], path: Path) -> None:
    figure, axes = plt.subplots(len(some), 9, figsize=(9, 1.24 * len(some)))
    for row, each in zip(axes, some, strict=True):
        for i, axis in enumerate(row):
            axis.imshow(picture(each.frames[:, 2 * i]))
            axis.axis("off")
        row[0].set_title(each.said, loc="left", fontsize=8)
    figure.subplots_adjust(0.005, 0.01, 0.995, 0.96, 0.03, 0.25)
    figure.savefig(path, dpi=90)


def sheet(made: list[Made], path: Path) -> None:
    figure, axes = plt.subplots(15, 10, figsize=(8, 12.2))
    for i, each in enumerate(made):
        for j, frame in enumerate((0, 8, 16)):
            axes[3 * (i // 10) + j, i % 10].imshow(picture(each.frames[:, frame]))
    for axis in axes.flat:
        axis.axis("off")
    figure.subplots_adjust(0, 0, 1, 1, 0.04, 0.04)
    figure.savefig(path, dpi=80)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    made = make(Pipeline.load(device="cpu"))
    middle = len(made) // 2 - 2
    for name, some in {"best": made[:5], "median": made[middle : middle + 5], "worst": made[-5:]}.items():
        strips(some, FOLDER / f"{name}.png")
    sheet(made, FOLDER / "all.png")
    print("| things wrong | clips |\n|---|---|")
    for wrong in range(len(KINDS) + 1):
        print(f"| {wrong} | {sum(len(each.wrong) == wrong for each in made)} |")


if __name__ == "__main__":
    main()
