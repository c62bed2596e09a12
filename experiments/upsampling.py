"""Does a full caption help? ``python experiments/upsampling.py [WEIGHTS] [--prompts N] [--steps N]``.

Short prompts (``short_prompts.txt``), each made once in known words with nothing filled in, and once as the full
caption that ``minisora.language.upsample`` makes of it, with the same noise. The judge is asked about both only what
the prompt asks: what the caption adds is not held against it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from minisora.errors import UserError
from minisora.evaluation.judge import Verdict, judge
from minisora.evaluation.metrics import wilson
from minisora.language import upsample
from minisora.pipeline import Pipeline
from minisora.worlds.claims import parse

PROMPTS = Path(__file__).with_name("short_prompts.txt")
KINDS = ("count", "colour", "shape", "size", "motion", "everything")


def short_prompts(most: int | None) -> list[str]:
    """Evenly spaced ones, so that few are of all kinds."""
    lines = PROMPTS.read_text(encoding="utf-8").splitlines()
    prompts = [line.partition(" | ")[0] for line in lines if not line.startswith("#")]
    return prompts if most is None else [prompts[i * len(prompts) // most] for i in range(most)]


def judged(pipeline: Pipeline, texts: list[str], asked: list[str], steps: int | None) -> list[Verdict]:
    clips = pipeline.generate(texts, seed=list(range(len(texts))), steps=steps)
    return [judge(clip.frames, parse(words)) for clip, words in zip(clips, asked, strict=True)]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("weights", nargs="?", help="else the shipped ones")
    parser.add_argument("--prompts", type=int, help="at most so many; else all")
    parser.add_argument("--steps", type=int, help="of the sampler; else the weights' own")
    given = parser.parse_args(arguments)
    try:
        pipeline = Pipeline.load(given.weights, device="cpu")
        prompts = short_prompts(given.prompts)
        made = [upsample(prompt, torch.Generator().manual_seed(i)) for i, prompt in enumerate(prompts)]
        asked = [each.plain for each in made]
        print("| prompts | " + " | ".join(KINDS) + " | everything, 95 % |\n|" + "---|" * (len(KINDS) + 2))
        for name, texts in (("as they are, in known words", asked), ("in full", [each.caption for each in made])):
            verdicts = judged(pipeline, texts, asked, given.steps)
            right = [sum(getattr(verdict, kind) for verdict in verdicts) for kind in KINDS]
            low, high = wilson(right[-1], len(verdicts))
            counts = " | ".join(f"{count} of {len(verdicts)}" for count in right)
            print(f"| {name} | {counts} | {100 * low:.0f}-{100 * high:.0f} % |", flush=True)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
