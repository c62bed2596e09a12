"""Where the time goes from a prompt to an mp4, with the weights loaded: by default, and by ``--steps 4``, in turns."""

from __future__ import annotations

import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.timing import table
from minisora.pipeline import Pipeline

PROMPTS = ("a blue square bounces", "a red circle moves right and a blue square bounces")
STEPS = {"default": None, "`--steps 4`": 4}
PARTS = ("planning", "painting", "decoding", "writing", "all")
ROUNDS = 15


def parts(pipeline: Pipeline, prompt: str, steps: int | None, path: Path) -> dict[str, float]:
    """Seconds of each part. What is planned is shown to ``direct``, and what is painted to ``watch``."""
    moments = [time.perf_counter()]
    clip = pipeline.generate(
        prompt,
        steps=steps,
        direct=lambda plan, _: (moments.append(time.perf_counter()), plan)[1],
        watch=lambda *_: moments.append(time.perf_counter()),
    )
    planned, painted = moments[1], moments[-1]
    decoded = time.perf_counter()
    clip.save(path)
    ends = (moments[0], planned, painted, decoded, time.perf_counter())
    spent = [after - before for before, after in pairwise(ends)]
    return dict(zip(PARTS, [*spent, ends[-1] - ends[0]], strict=True))


def main() -> str:
    pipeline = Pipeline.load(device="cpu")
    said = [
        f"2 s of 64x64, medians of {ROUNDS} rounds in milliseconds; the default is {pipeline.sampling.steps} steps."
    ]
    with tempfile.TemporaryDirectory() as folder:
        for prompt in PROMPTS:
            rounds = [
                {name: parts(pipeline, prompt, steps, Path(folder) / "clip.mp4") for name, steps in STEPS.items()}
                for _ in range(ROUNDS + 1)
            ][1:]
            rows = []
            for name in STEPS:
                spent = (statistics.median(each[name][part] for each in rounds) for part in PARTS)
                rows.append([name, *(f"{1e3 * each:.0f}" for each in spent)])
            said += [f'"{prompt}":', table(["", *PARTS], rows)]
    return "\n\n".join(said)
