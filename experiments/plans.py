"""What are a plan, reading it, and a finisher worth? ``python experiments/plans.py [FOLDER] [--prompts 48]``.

Clips for prompts that ``minisora evaluate`` does not use (the suites, drawn with other seeds, and one object that
bounces, orbits, spins or blinks): painted without a plan; by the first plan; by the first plan that keeps its word; and
each of them with the painter to the end and, where one lies beside the weights, with a finisher. Everything right, as
the judge sees it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from torch import Generator

from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT, SUITES
from minisora.pipeline import Pipeline
from minisora.presets import HARD_MOTIONS
from minisora.velocities import Sampling
from minisora.worlds.claims import parse
from minisora.worlds.drawn import DrawnScene, canonical

CHOSEN = ("one object, seen", "two objects", "one digit")


def right(pipeline: Pipeline, prompts: list[str], seed: int) -> float:
    clips = pipeline.generate(prompts, seed=[1000 * seed + i for i in range(len(prompts))])
    return sum(judge(clip.frames, parse(clip.prompt)).everything for clip in clips) / len(prompts)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--prompts", type=int, default=48)
    asked = parser.parse_args(arguments)
    try:
        pipeline = Pipeline.load(asked.folder, device="cpu")
        if pipeline.planner is None:
            raise UserError(f"{asked.folder}: no planner there — train one (minisora train --part planner)")
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    suites: dict[str, Sequence[DrawnScene]] = {
        suite.name: replace(suite, seed=suite.seed + 100).draw() for suite in SUITES if suite.name in CHOSEN
    }
    suites["hard motions"] = replace(ONE_OBJECT, motions=HARD_MOTIONS).sample(
        asked.prompts, generator=Generator().manual_seed(5)
    )
    usual, finisher = pipeline.sampling, pipeline.finisher
    ways: dict[str, Sampling] = {
        "no plan": replace(usual, plan_objects=0),
        "the first plan": replace(usual, plan_tries=1),
        f"planned until it keeps its word, {usual.plan_tries} times at most": usual,
    }
    print("| | " + " | ".join(suites) + " |\n|" + "---|" * (len(suites) + 1))
    for name, pipeline.sampling in ways.items():
        ends = {"painted to the end": None} if finisher is None else {"painted to the end": None, "finished": finisher}
        for end, pipeline.finisher in ends.items():
            shares = [
                right(pipeline, [canonical(scene) for scene in scenes[: asked.prompts]], seed)
                for seed, scenes in enumerate(suites.values())
            ]
            print(f"| {name}; {end} | " + " | ".join(f"{share:.2f}" for share in shares) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
