"""Where the time goes from a prompt to an mp4, with the weights loaded: by default, and by ``--steps 4``, in turns.

A plan is read before it is painted, and made again where it does not keep its word, so a prompt's time has a chance in
it: these are means over many prompts, those of ``minisora evaluate``.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.timing import table
from minisora.evaluation.suite import SUITES
from minisora.pipeline import Pipeline
from minisora.worlds.drawn import canonical

KINDS = ("one object, seen", "two objects", "one digit")
PROMPTS, ROUNDS = 16, 3
STEPS = {"default": None, "`--steps 4`": 4}
PARTS = ("planning", "painting", "decoding", "writing", "all")


def parts(pipeline: Pipeline, prompt: str, steps: int | None, seed: int, path: Path) -> list[float]:
    """Seconds of each part. What is planned is shown to ``direct``, and what is painted to ``watch``."""
    moments = [time.perf_counter()]
    clip = pipeline.generate(
        prompt,
        seed=seed,
        steps=steps,
        direct=lambda plan, _: (moments.append(time.perf_counter()), plan)[1],
        watch=lambda *_: moments.append(time.perf_counter()),
    )
    planned, painted = moments[1], moments[-1]
    decoded = time.perf_counter()
    clip.save(path)
    ends = (moments[0], planned, painted, decoded, time.perf_counter())
    spent = [after - before for before, after in pairwise(ends)]
    return [*spent, ends[-1] - ends[0]]


def main() -> str:
    pipeline = Pipeline.load(device="cpu")
    said = [
        f"2 s of 64x64 in milliseconds: of each of {PROMPTS} prompts the median of {ROUNDS} rounds, and of these the"
        f" mean; the default is {pipeline.sampling.steps} steps."
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        for suite in (each for each in SUITES if each.name in KINDS):
            prompts = [canonical(scene) for scene in suite.draw()[:PROMPTS]]
            for steps in STEPS.values():
                parts(pipeline, prompts[0], steps, 0, path)
            spent: dict[str, list[list[float]]] = {name: [] for name in STEPS}
            for seed, prompt in enumerate(prompts, start=suite.seed * 1000):
                rounds = [
                    {name: parts(pipeline, prompt, steps, seed, path) for name, steps in STEPS.items()}
                    for _ in range(ROUNDS)
                ]
                for name in STEPS:
                    spent[name].append(
                        [statistics.median(each) for each in zip(*(r[name] for r in rounds), strict=True)]
                    )
            means = {name: [statistics.mean(each) for each in zip(*all_, strict=True)] for name, all_ in spent.items()}
            rows = [
                [name, *(f"{1e3 * each:.0f}" for each in mean), f"{mean[-1] / means['default'][-1]:.2f}"]
                for name, mean in means.items()
            ]
            said += [f"{suite.name}:", table(["", *PARTS, "times the default"], rows)]
    return "\n\n".join(said)
