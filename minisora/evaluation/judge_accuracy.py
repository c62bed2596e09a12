"""How often the judge is right about clips whose scenes are known: ``python -m minisora.evaluation.judge_accuracy``."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table
from scipy.ndimage import gaussian_filter
from torch import Generator, Tensor

from minisora.evaluation.judge import Verdict, judge
from minisora.evaluation.metrics import wilson
from minisora.worlds.claims import claims_of
from minisora.worlds.render import render
from minisora.worlds.scene import Scene
from minisora.worlds.shapes import ShapesWorld

KINDS = ("count", "colour", "shape", "size", "motion", "binding", "relations", "background", "camera", "everything")
ONE = ShapesWorld(counts=(1.0,), moving_camera=0.0, occlusion=0.0)
TWO = replace(ONE, counts=(0.0, 1.0))
THREE = replace(ONE, counts=(0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Case:
    """A kind of scenes, and how its clips are spoiled: ``blur`` in pixels (sigma), ``noise`` in units of [-1, 1]."""

    name: str
    world: ShapesWorld
    blur: float = 0.0
    noise: float = 0.0
    height: int = 64
    width: int = 64
    frames: int = 17


CASES = (
    Case("one object", ONE),
    Case("two objects", TWO),
    Case("three objects", THREE),
    Case("one, moving camera", replace(ONE, moving_camera=1.0)),
    Case("two, moving camera", replace(TWO, moving_camera=1.0)),
    Case("two, occluded", replace(TWO, occlusion=1.0)),
    Case("one, blurred and noisy", ONE, blur=0.7, noise=0.03),
    Case("two, blurred and noisy", TWO, blur=0.7, noise=0.03),
    Case("one, 96x160", ONE, height=96, width=160),
    Case("one, 9 frames", ONE, frames=9),
    Case("one, 33 frames", ONE, frames=33),
)


def clips(case: Case, n: int, *, seed: int) -> Iterator[tuple[Scene, Tensor]]:
    """``n`` scenes of a case and their clips ``3 f h w``."""
    generator = torch.Generator().manual_seed(seed)
    duration, aspect = (case.frames - 1) / 8, case.width / case.height
    scenes = case.world.sample(n, generator=generator, duration=duration, aspect=aspect)
    for scene in scenes:
        clip = render([scene], frames=case.frames, height=case.height, width=case.width)[0]
        yield scene, spoil(clip, blur=case.blur, noise=case.noise, generator=generator)


def spoil(clip: Tensor, *, blur: float, noise: float, generator: Generator) -> Tensor:
    """Blur and noise, about as a codec leaves them."""
    if blur:
        clip = torch.from_numpy(gaussian_filter(clip.numpy(), (0, 0, blur, blur)))
    if noise:
        clip = clip + noise * torch.randn(clip.shape, generator=generator)
    return clip


def shares(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Share of the clips in which each kind of claim was said to hold."""
    return {kind: sum(getattr(v, kind) for v in verdicts) / len(verdicts) for kind in KINDS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=200, help="for each case")
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--case", help="only the cases whose names contain this")
    parser.add_argument("--verbose", action="store_true", help="print every clip that was misread")
    options = parser.parse_args()
    console = Console(width=190)
    table = Table("case", *KINDS, "95 % interval", "clips/s", title=f"Right, of {options.clips} clips")
    for case in CASES:
        if options.case and options.case not in case.name:
            continue
        verdicts, seconds = [], 0.0
        for scene, clip in track(
            clips(case, options.clips, seed=options.seed), case.name, options.clips, console=console
        ):
            start = time.process_time()
            verdicts.append(judge(clip, claims_of(scene)))
            seconds += time.process_time() - start
            if options.verbose and not verdicts[-1].everything:
                console.print(describe(scene, verdicts[-1]), highlight=False)
        scores = shares(verdicts)
        low, high = wilson(round(scores["everything"] * len(verdicts)), len(verdicts))
        table.add_row(
            case.name,
            *(f"{100 * score:.1f}" for score in scores.values()),
            f"{100 * low:.1f} to {100 * high:.1f}",
            f"{len(verdicts) / seconds:.0f}",
        )
    console.print(table)


def describe(scene: Scene, verdict: Verdict) -> str:
    """What was there and what was read."""
    wrong = [kind for kind in KINDS if not getattr(verdict, kind)]
    there = [f"{o.size} {o.colour} {o.shape} {o.motion}" for o in scene.objects]
    read = [
        f"{o.size} {o.colour} {o.shape} {o.motion} ({o.figure.unexplained:.3f} unexplained, {o.figure.margin:.3f})"
        for o in verdict.reading.objects
        if o.figure is not None
    ]
    seen = verdict.reading
    return (
        f"{wrong}\n  there: {there} {scene.background} {scene.camera}\n  read:  {read} {seen.background} {seen.camera}"
    )


if __name__ == "__main__":
    main()
