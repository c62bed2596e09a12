"""What the judge finds right after so many calls of the shipped network, for each solver."""

from __future__ import annotations

import torch

from benchmarks.timing import table
from minisora.diffusion import ab2, classifier_free, dpm_solver_pp, euler, heun, sample, time_grid
from minisora.evaluation.judge import judge
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import video_velocity
from minisora.pipeline import Pipeline
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse

PROMPTS = 24
CALLS = (2, 4, 8, 12, 20, 32, 50)


@torch.no_grad()
def main() -> str:
    pipeline = Pipeline.load(device="cpu")
    texts = [canonical(scene) for scene in ONE_OBJECT.sample(PROMPTS, generator=torch.Generator().manual_seed(2))]
    noise = torch.randn(PROMPTS, 24, 5, 8, 8, generator=torch.Generator().manual_seed(3))
    ids = pipeline.tokenizer.encode(texts + [""] * PROMPTS)
    conditional, both = (video_velocity(pipeline.dit, some, (5, 8, 8)) for some in (ids[:PROMPTS], ids))
    velocity = classifier_free(conditional, both, scale=pipeline.sampling.guidance)
    rows = []
    for name, step, cost in (
        ("Euler", euler, 1),
        ("Heun", heun, 2),
        ("AB2", ab2, 1),
        ("DPM++(2M)", dpm_solver_pp(), 1),
    ):
        shares = []
        for calls in CALLS:
            times = time_grid((calls + cost - 1) // cost, shift=pipeline.sampling.shift)
            clips = pipeline.codec.decode(sample(velocity, noise, times, step=step))
            claims = [judge(clip, parse(text)) for clip, text in zip(clips, texts, strict=True)]
            shares.append(sum((v.colour + v.shape + v.size + v.motion) / 4 for v in claims) / PROMPTS)
        rows.append([name, *(f"{100 * share:.0f}" for share in shares)])
    head = ["solver", *(f"{calls} calls" for calls in CALLS)]
    what = f"Share of right claims (colour, shape, size, motion; {PROMPTS} prompts), per cent."
    return f"{what} The shipped default is AB2 with {pipeline.sampling.steps} calls.\n\n{table(head, rows)}"
