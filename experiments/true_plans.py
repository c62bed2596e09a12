"""Is it the plan that goes wrong, or what is made of it? ``python experiments/true_plans.py [--clips 32]``.

Three tables of the shipped weights, on clips that ``minisora evaluate`` does not use (the suites, drawn with other
seeds): clips made by the *true* plans of their scenes (where a finisher lies beside the weights, with it taking over at
several times); clips begun on
the way, from true clips under noise of time t; and how far the predicted clean clip is from the true one, for the
painter that is told nothing and the true plan, and for the finisher that is told it. Everything right, as the judge
sees it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Generator, Tensor

from minisora.diffusion import ab2, experts, loss_at, sample, time_grid
from minisora.diffusion.path import STRAIGHT, Velocity
from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT, SUITES
from minisora.model import DiT, video_velocity
from minisora.model.known import grid_of
from minisora.pipeline import Pipeline
from minisora.presets import HARD_MOTIONS
from minisora.velocities import guided
from minisora.worlds.claims import parse
from minisora.worlds.drawn import DrawnScene, canonical, draw
from minisora.worlds.sketch import told_of

ROWS, SECONDS = 16, 0.5
HAND_OVERS, BEGINS, TIMES = (0.0, 0.4, 0.6, 0.8), (0.9, 0.8, 0.6, 0.4), (0.95, 0.8, 0.6, 0.4, 0.2)

#: ``make(scenes, seed of the first) -> latents``.
Make = Callable[[Sequence[DrawnScene], int], Tensor]


class Bench:
    """The shipped weights, and what can be done with a true scene."""

    def __init__(self) -> None:
        self.pipeline = Pipeline.load(device="cpu")
        self.finisher: DiT | None = self.pipeline.finisher
        self.shape = self.pipeline.latent_shape(self.pipeline.seconds, self.pipeline.size)

    def noise(self, n: int, seed: int) -> Tensor:
        size = (self.pipeline.codec.config.channels, *self.shape)
        return torch.stack([torch.randn(size, generator=Generator().manual_seed(seed + i)) for i in range(n)])

    def clean(self, scenes: Sequence[DrawnScene]) -> Tensor:
        height, width = self.pipeline.size
        return self.pipeline.codec.encode(draw(scenes, frames=17, height=height, width=width))

    def plan(self, scenes: Sequence[DrawnScene], x: Tensor, network: DiT) -> Tensor:
        return told_of(scenes, grid_of(x, network.config.patch), SECONDS)

    def told(self, network: DiT, scenes: Sequence[DrawnScene], x: Tensor, *, plan: bool = True) -> Velocity:
        ids = self.pipeline.tokenizer.encode([canonical(scene) for scene in scenes])
        known = self.plan(scenes, x, network) if plan else None
        return video_velocity(network, ids, self.shape, seconds_per_latent_frame=SECONDS, known=known)

    def guided(self, scenes: Sequence[DrawnScene], x: Tensor, *, hand_over: float) -> Velocity:
        ids = self.pipeline.tokenizer.encode([*map(canonical, scenes), *[""] * len(scenes)])
        known = self.plan(scenes, x, self.pipeline.dit)
        guidance = self.pipeline.sampling.guidance
        painter = guided(self.pipeline.dit, ids, x, scale=guidance, seconds=SECONDS, known=known)
        if self.finisher is None:
            return painter
        return experts(painter, self.told(self.finisher, scenes, x), hand_over=hand_over)

    def planned(self, scenes: Sequence[DrawnScene], seed: int, *, hand_over: float) -> Tensor:
        x, s = self.noise(len(scenes), seed), self.pipeline.sampling
        return sample(self.guided(scenes, x, hand_over=hand_over), x, time_grid(s.steps, shift=s.shift), step=ab2)

    def begun(self, scenes: Sequence[DrawnScene], seed: int, *, at: float) -> Tensor:
        x, s = (
            STRAIGHT.add_noise(self.clean(scenes), self.noise(len(scenes), seed), torch.tensor(at)),
            self.pipeline.sampling,
        )
        grid = time_grid(s.steps, shift=s.shift)
        grid = torch.cat([torch.tensor([at]), grid[grid < at - 1e-6]])
        return sample(self.guided(scenes, x, hand_over=s.hand_over), x, grid, step=ab2)

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
    hand_overs = HAND_OVERS if bench.finisher is not None else HAND_OVERS[:1]
    row("with true plans, finished from t", [f"{t:g}" for t in hand_overs])
    row("---", ["---"] * len(hand_overs))
    for name, scenes in asked.items():
        made = [lambda some, seed, t=t: bench.planned(some, seed, hand_over=t) for t in hand_overs]
        row(name, [f"{bench.right(scenes[:clips], make):.2f}" for make in made])
    print()
    row("begun from the true clip at t", [f"{at:g}" for at in BEGINS])
    row("---", ["---"] * len(BEGINS))
    for name, scenes in asked.items():
        made = [lambda some, seed, at=at: bench.begun(some, seed, at=at) for at in BEGINS]
        row(name, [f"{bench.right(scenes[:clips], make):.2f}" for make in made])
    print()
    row("error at t: painter, painter told, finisher told if there is one", [f"{t:g}" for t in TIMES])
    row("---", ["---"] * len(TIMES))
    for name, scenes in {"one object": worlds["one object, seen"], **asked}.items():
        some = scenes[: 2 * clips]
        x0, noise = bench.clean(some), bench.noise(len(some), 1)
        painter, finisher = bench.pipeline.dit, bench.finisher
        ways = [bench.told(painter, some, x0, plan=False), bench.told(painter, some, x0)]
        ways += [] if finisher is None else [bench.told(finisher, some, x0)]
        # The clean clip is as far off as the velocity, times t.
        errors = [[float(t**2 * loss_at(v, x0, noise, torch.tensor(t))) for v in ways] for t in TIMES]
        row(name, [", ".join(f"{error:.4f}" for error in each) for each in errors])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
