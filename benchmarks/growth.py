"""How the cost of a sampling step grows with the tokens, and the memory of streamed decoding with the duration."""

from __future__ import annotations

import math
import subprocess
import sys

import torch

from benchmarks.timing import table, take_turns
from minisora.model import DiT, video_velocity
from minisora.presets import MICRO

PIECEWISE = """
import resource, sys, torch
from minisora.codec import decode_stream
from minisora.codec.autoencoder import Codec
from minisora.presets import MICRO
torch.set_num_threads(1)
codec, seconds = Codec(MICRO.codec).eval(), int(sys.argv[1])
with torch.no_grad():
    pieces = (torch.randn(1, 24, 4, 8, 8) for _ in range(seconds // 2))
    frames = sum(piece.shape[2] for piece in decode_stream(codec, pieces))
print(frames, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def exponent(xs: list[float], ys: list[float]) -> float:
    """Slope of the straight line through ``(log x, log y)``."""
    x, y = (torch.tensor(values).log() for values in (xs, ys))
    return float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


@torch.no_grad()
def main() -> str:
    dit = DiT(MICRO.dit).eval()
    ids = torch.randint(2, MICRO.dit.vocabulary, (2, 16))
    shapes = {
        "space": [(5, 8, 8), (5, 16, 8), (5, 16, 16), (5, 32, 16), (5, 32, 32)],
        "time": [(5, 8, 8), (10, 8, 8), (20, 8, 8), (40, 8, 8), (80, 8, 8)],
    }
    rows = []
    for axis, some in shapes.items():
        steps = {}
        for shape in some:
            velocity = video_velocity(dit, ids, shape)
            x, t = torch.randn(2, 24, *shape), torch.rand(2, 1, 1, 1, 1)
            steps[str(math.prod(shape) // 4)] = lambda velocity=velocity, x=x, t=t: velocity(x, t)
        seconds = take_turns(steps, rounds=5)
        first = next(iter(seconds.values()))
        fit = exponent([float(tokens) for tokens in seconds], list(seconds.values()))
        rows.append([axis, *(f"{value / first:.1f}" for value in seconds.values()), f"{fit:.2f}"])
    times = table(["grows in", *(f"{n} tokens" for n in (80, 160, 320, 640, 1280)), "exponent"], rows)
    memory = []
    for duration in (8, 32, 128):
        command = [sys.executable, "-c", PIECEWISE, str(duration)]
        frames, kilobytes = map(int, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        memory.append([f"{duration} s", str(frames), f"{kilobytes / 2**10:.0f} MiB"])
    peaks = table(["streamed decoding of 64x64", "frames", "peak memory of the process"], memory)
    return f"Time of a sampling step, 2 rows, as a multiple of that of 80 tokens:\n\n{times}\n\n{peaks}"
