"""How much should a plan count, and until when? ``python experiments/plan_guidance.py [FOLDER] [--prompts 24]``.

Clips for prompts that ``minisora evaluate`` does not use (the suites, drawn with other seeds), without a plan, and with
plans that count more and more, whatever the weights' card says. Everything right, as the judge sees it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from minisora.errors import UserError
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import SUITES
from minisora.pipeline import Pipeline
from minisora.worlds.claims import parse
from minisora.worlds.drawn import canonical

CHOSEN = ("one object, seen", "two objects", "one digit")
#: Plan guidance, and the time from which on a plan no longer counts; None for no plan.
WAYS: tuple[tuple[float, float] | None, ...] = (None, (1.0, 0.6), (1.5, 0.6), (2.0, 0.6), (3.0, 0.6), (1.5, 0.45))


def right(pipeline: Pipeline, prompts: list[str], seed: int) -> float:
    clips = pipeline.generate(prompts, seed=[1000 * seed + i for i in range(len(prompts))])
    return sum(judge(clip.frames, parse(clip.prompt)).everything for clip in clips) / len(prompts)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--prompts", type=int, default=24)
    asked = parser.parse_args(arguments)
    try:
        pipeline = Pipeline.load(asked.folder, device="cpu")
        if pipeline.early is None:
            raise UserError(f"{asked.folder}: no planner and sketcher there — train them (minisora train --part)")
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    suites = [replace(suite, seed=suite.seed + 100) for suite in SUITES if suite.name in CHOSEN]
    usual = pipeline.sampling
    print("| the plan counts | " + " | ".join(suite.name for suite in suites) + " |\n|" + "---|" * (len(suites) + 1))
    for way in WAYS:
        if way is None:
            pipeline.sampling, name = replace(usual, plan_objects=0), "not at all"
        else:
            guidance, hand_over = way
            pipeline.sampling = replace(usual, plan_objects=3, plan_guidance=guidance, hand_over=hand_over)
            name = f"{guidance:g} times, above t = {hand_over:g}"
        shares = [
            right(pipeline, [canonical(scene) for scene in suite.draw()[: asked.prompts]], suite.seed)
            for suite in suites
        ]
        print(f"| {name} | " + " | ".join(f"{share:.2f}" for share in shares) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
