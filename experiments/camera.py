"""Does the camera do what it was told? ``python experiments/camera.py [--clips 8]``.

Things that stay still are filmed: with the camera in the sentence ("while the camera pans left"), and by ``--camera``.
Told of each: the camera that the judge names, by what lies behind; how far the thing goes to the right in the picture,
in sides, and how many times as large it becomes; and whether one thing is seen. Without a camera is the floor.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence

from minisora.camera import canvas, margin
from minisora.clip import Clip
from minisora.evaluation.judge import read
from minisora.evaluation.ways import ways_in
from minisora.pipeline import Pipeline
from minisora.worlds.scene import CAMERAS, COLOURS, SHAPES, Camera

BEHIND = ("under a blue sky", "on a grey background", "on a navy background", "on a black background")
SIZE = (64, 64)


def row(label: str, *values: str) -> None:
    print(f"| {label} | " + " | ".join(values) + " |", flush=True)


def asked(camera: Camera) -> str:
    """How far a thing that stays still should go, and how large it should become."""
    if camera.startswith("pans"):
        return f"{margin(SIZE) / SIZE[1] * (1 if camera == 'pans left' else -1):.2f}, 1.00"
    scale = canvas(SIZE, camera)[0] / SIZE[0]
    return f"0.00, {scale if camera == 'zooms in' else 1 / scale:.2f}"


def told(clips: Sequence[Clip], camera: Camera) -> list[str]:
    ways = [ways[0] for clip in clips if len(ways := ways_in(clip.frames)) == 1]
    named = sum(read(clip.frames).camera == camera for clip in clips)
    right = statistics.median([float(way.x[-1] - way.x[0]) for way in ways] or [0.0])
    larger = statistics.median([float(way.radius[-1] / way.radius[0]) for way in ways] or [1.0])
    return [f"{named} of {len(clips)}", f"{right:.2f}, {larger:.2f}", f"{len(ways)} of {len(clips)}"]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clips", type=int, default=8, help="of each kind")
    clips = parser.parse_args(arguments).clips
    pipeline = Pipeline.load(device="cpu")
    prompts = [f"a small {COLOURS[i % 8]} {SHAPES[i % 6]} stays still {BEHIND[i % 4]}" for i in range(clips)]
    floor = pipeline.generate(prompts)
    row("camera", "how", "asked: right, larger", "judged so", "median: right, larger", "one thing is seen")
    row(*["---"] * 6)
    row("none", "(floor)", "0.00, 1.00", *told(floor, "static"))
    for camera in CAMERAS[1:]:
        words = pipeline.generate([f"{prompt} while the camera {camera}" for prompt in prompts])
        row(camera, "in the sentence", asked(camera), *told(words, camera))
        row(camera, "`--camera`", asked(camera), *told(pipeline.generate(prompts, camera=camera), camera))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
