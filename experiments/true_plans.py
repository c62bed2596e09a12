"""Is it the plan that goes wrong, or what is made of it? ``python experiments/true_plans.py [--clips 32]``.

Three tables of the shipped weights, on clips that ``minisora evaluate`` does not use (the suites, drawn with other
seeds): clips made by the *true* plans of their scenes, which count not at all, once, twice, three times; clips begun on
the way, from true clips under noise of time t; and how far the predicted clean clip is from the true one, for the
transformer that paints and for the sketcher that is told the true plan. Everything right, as the judge sees it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from minisora.diffusion import ab2, composed, experts, loss_at, sample, time_grid
from minisora.diffusion.path import STRAIGHT, Velocity
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT, SUITES
from minisora.model import video_velocity
from minisora.networks import Early
from minisora.pipeline import Pipeline
from minisora.presets import HARD_MOTIONS
from minisora.velocities import guided
from minisora.worlds.claims import parse
from minisora.worlds.drawn import DrawnScene, canonical, draw
from minisora.worlds.plan import plan_of

STEPS, GUIDANCE, ROWS, SECONDS = 12, 3.0, 16, 0.5
COUNTS, BEGINS, TIMES = (0.0, 1.0, 2.0, 3.0), (0.9, 0.8, 0.6, 0.4), (0.95, 0.9, 0.8, 0.6)

#: ``make(scenes, seed of the first) -> latents``.
Make = Callable[[Sequence[DrawnScene], int], Tensor]


class Bench:
    """The shipped weights, and what can be done with a true scene."""

    def __init__(self) -> None:
        self.pipeline = Pipeline.load(device="cpu")
        if self.pipeline.early is None:
            raise UserError("no planner and sketcher beside the weights — train them (minisora train --part)")
        self.early: Early = self.pipeline.early
        self.shape = self.pipeline.latent_shape(self.pipeline.seconds, self.pipeline.size)

    def noise(self, n: int, seed: int) -> Tensor:
        size = (self.pipeline.codec.config.channels, *self.shape)
        return torch.stack([torch.randn(size, generator=Generator().manual_seed(seed + i)) for i in range(n)])

    def clean(self, scenes: Sequence[DrawnScene]) -> Tensor:
        height, width = self.pipeline.size
        return self.pipeline.codec.encode(draw(scenes, frames=17, height=height, width=width))

    def plan(self, scenes: Sequence[DrawnScene]) -> Tensor:
        patch, (frames, height, width) = self.pipeline.dit.config.patch, self.shape
        return plan_of(scenes, (frames, height // patch, width // patch), SECONDS)

    def base(self, scenes: Sequence[DrawnScene], x: Tensor) -> Velocity:
        ids = self.pipeline.tokenizer.encode([*map(canonical, scenes), *[""] * len(scenes)])
        return guided(self.pipeline.dit, ids, x, scale=GUIDANCE, seconds=SECONDS)

    def sketch(self, scenes: Sequence[DrawnScene], plans: Tensor) -> Velocity:
        captions = [canonical(scene) for scene in scenes] * (len(plans) // len(scenes))
        ids = self.pipeline.tokenizer.encode(captions)
        return video_velocity(self.early.sketcher, ids, self.shape, seconds_per_latent_frame=SECONDS, known=plans)

    def planned(self, scenes: Sequence[DrawnScene], seed: int, *, count: float) -> Tensor:
        x, plan = self.noise(len(scenes), seed), self.plan(scenes)
        base, sketches = self.base(scenes, x), self.sketch(scenes, torch.cat([plan, torch.zeros_like(plan)]))
        pushed = composed(base, sketches, scale=count) if count else base
        velocity = experts(pushed, base, hand_over=self.pipeline.sampling.hand_over)
        return sample(velocity, x, time_grid(STEPS, shift=self.pipeline.sampling.shift), step=ab2)

    def begun(self, scenes: Sequence[DrawnScene], seed: int, *, at: float) -> Tensor:
        x = STRAIGHT.add_noise(self.clean(scenes), self.noise(len(scenes), seed), torch.tensor(at))
        grid = time_grid(STEPS, shift=self.pipeline.sampling.shift)
        return sample(self.base(scenes, x), x, torch.cat([torch.tensor([at]), grid[grid < at - 1e-6]]), step=ab2)

    def right(self, scenes: Sequence[DrawnScene], make: Make) -> float:
        verdicts = []
        for first in range(0, len(scenes), ROWS):
            some = scenes[first : first + ROWS]
            for clip, scene in zip(self.pipeline.codec.decode(make(some, 7000)), some, strict=True):
                verdicts.append(judge(clip.clamp(-1, 1), parse(canonical(scene))).everything)
        return sum(verdicts) / len(verdicts)


def row(label: str, values: Sequence[str]) -> None:
    print(f"| {label} | " + " | ".join(values) + " |", flush=True)


@torch.no_grad()
def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=32)
    clips = parser.parse_args(arguments).clips
    try:
        bench = Bench()
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    worlds = {suite.name: replace(suite, seed=suite.seed + 100).draw() for suite in SUITES}
    hard = replace(ONE_OBJECT, motions=HARD_MOTIONS).sample(64, generator=Generator().manual_seed(5))
    asked = {"two objects": worlds["two objects"], "hard motions": hard, "one digit": worlds["one digit"]}
    row("the true plan counts", [f"{count:g} times" for count in COUNTS])
    row("---", ["---"] * len(COUNTS))
    for name, scenes in asked.items():
        made = [lambda some, seed, c=c: bench.planned(some, seed, count=c) for c in COUNTS]
        row(name, [f"{bench.right(scenes[:clips], make):.2f}" for make in made])
    print()
    row("begun from the true clip at t", [f"{at:g}" for at in BEGINS])
    row("---", ["---"] * len(BEGINS))
    for name, scenes in asked.items():
        made = [lambda some, seed, at=at: bench.begun(some, seed, at=at) for at in BEGINS]
        row(name, [f"{bench.right(scenes[:clips], make):.2f}" for make in made])
    print()
    row("error at t: painter, sketcher told", [f"{t:g}" for t in TIMES])
    row("---", ["---"] * len(TIMES))
    for name, scenes in {"one object": worlds["one object, seen"], **asked}.items():
        some = scenes[: 2 * clips]
        x0, noise = bench.clean(some), bench.noise(len(some), 1)
        ids = bench.pipeline.tokenizer.encode([canonical(scene) for scene in some])
        painter = video_velocity(bench.pipeline.dit, ids, bench.shape, seconds_per_latent_frame=SECONDS)
        pair = (painter, bench.sketch(some, bench.plan(some)))
        # The clean clip is as far off as the velocity, times t.
        errors = [[float(t**2 * loss_at(v, x0, noise, torch.tensor(t))) for v in pair] for t in TIMES]
        row(name, [", ".join(f"{error:.3f}" for error in both) for both in errors])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
