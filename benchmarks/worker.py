"""Work of one build of minisora, on demand: reads a name per line, does that once, and writes the seconds it took.

``PYTHONPATH`` says which build. Only what all builds since the first have is called.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from minisora.diffusion.objective import loss_at
from minisora.model import DiT, video_velocity
from minisora.pipeline import Pipeline
from minisora.presets import MICRO
from minisora.training.ema import Ema
from minisora.training.optim import build_optimizer

with contextlib.suppress(ImportError):  # what a training run does at its beginning
    from minisora.training.memory import keep_freed_memory

    keep_freed_memory()

BATCH, FRAMES, SIDE, WORDS = 32, 5, 8, 20


def training(*, half: bool) -> Callable[[], object]:
    """A step of ``micro``: forward, backward, optimiser, average; captions of 12 to 20 words, padded to the longest."""
    torch.manual_seed(0)
    network = DiT(MICRO.dit)
    average = Ema(network)
    named = [(f".{name}", parameter) for name, parameter in network.named_parameters()]
    hidden = {name: parameter for name, parameter in named if ".blocks." in name and parameter.ndim >= 2}
    rest = [parameter for name, parameter in named if name not in hidden]
    optimizer = build_optimizer(hidden.values(), rest, newton_schulz_dtype=torch.bfloat16 if half else torch.float32)
    ids = torch.randint(2, MICRO.dit.vocabulary, (BATCH, WORDS))
    ids[torch.arange(WORDS) >= torch.linspace(12, WORDS, BATCH).long()[:, None]] = 0
    x0, noise = torch.randn(2, BATCH, MICRO.dit.channels, FRAMES, SIDE, SIDE)
    free = torch.ones(BATCH, 1, FRAMES, 1, 1)
    free[: BATCH // 3, :, 0] = 0  # a third of the clips go on from a picture
    t = torch.linspace(0.1, 1, BATCH).view(-1, 1, 1, 1, 1)

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            loss = loss_at(video_velocity(network, ids, (FRAMES, SIDE, SIDE)), x0, noise, t, free=free)
        loss.backward()
        optimizer.step()
        average.update(network)
        optimizer.zero_grad()

    return step


def writing(folder: Path, steps: int | None = None) -> Callable[[], object]:
    """A warm pipeline, from a prompt to an mp4."""
    pipeline = Pipeline.load(device="cpu")
    return lambda: pipeline.generate("a blue square bounces", steps=steps).save(folder / "clip.mp4")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make: dict[str, Callable[[], Callable[[], object]]] = {
            "training step": lambda: training(half=False),
            "training step, bfloat16": lambda: training(half=True),
            "prompt to mp4, warm": lambda: writing(Path(folder)),
            "prompt to mp4, warm, 4 steps": lambda: writing(Path(folder), steps=4),
        }
        works: dict[str, Callable[[], object]] = {}
        for line in sys.stdin:
            name = line.strip()
            if name not in works:
                works[name] = make[name]()
            start = time.perf_counter()
            works[name]()
            print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
