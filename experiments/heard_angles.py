"""Does a painter hear how far a thing has turned? ``python experiments/heard_angles.py [--clips 64] [WEIGHTS ...]``.

Drawn clips of things that spin at 0.14 turns a second, under noise, and the error of the clean clip that a painter
predicts when it is told the true plan, and the plans of things that spin slower and faster. Who hears the angle is
furthest from the clip with the plan that is furthest from the truth; who does not is as far with any. The shipped
weights unless others are named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Generator

from minisora.diffusion import loss_at
from minisora.errors import UserError
from minisora.evaluation.suite import ONE_OBJECT
from minisora.model import video_velocity
from minisora.model.known import grid_of
from minisora.pipeline import Pipeline
from minisora.worlds.drawn import canonical, draw
from minisora.worlds.scene import Scene
from minisora.worlds.sketch import told_of

TRUE, TOLD = 0.14, (0.12, 0.13, 0.14, 0.15, 0.16, 0.18, 0.20)
TIMES = (0.95, 0.9, 0.8, 0.7)


def spinning(clips: int) -> list[Scene]:
    """Scenes of one thing that spins and that one sees turn: circles and rings look the same at any angle."""
    scenes = replace(ONE_OBJECT, motions=("spins",)).sample(3 * clips, generator=Generator().manual_seed(77))
    return [scene for scene in scenes if scene.objects[0].shape not in ("circle", "ring")][:clips]


def at_speed(scenes: Sequence[Scene], speed: float) -> list[Scene]:
    return [replace(scene, objects=(replace(scene.objects[0], speed=speed),)) for scene in scenes]


@torch.no_grad()
def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", nargs="*")
    parser.add_argument("--clips", type=int, default=64)
    asked = parser.parse_args(arguments)
    scenes = spinning(asked.clips)
    truth = at_speed(scenes, TRUE)
    for weights in asked.weights or [None]:
        try:
            pipeline = Pipeline.load(weights, device="cpu")
        except UserError as failure:
            print(f"error: {failure}", file=sys.stderr)
            return 2
        height, width = pipeline.size
        x0 = pipeline.codec.encode(draw(truth, frames=17, height=height, width=width))
        noise = torch.randn(x0.shape, generator=Generator().manual_seed(1))
        ids, shape = pipeline.tokenizer.encode([canonical(scene) for scene in truth]), x0.shape[2:]
        print(f"{weights or 'shipped weights'}: error when told so many turns a second, of clips that turn at {TRUE}")
        print("| told | " + " | ".join(f"t = {t:g}" for t in TIMES) + " |\n|" + "---|" * (len(TIMES) + 1))
        for speed in TOLD:
            plan = told_of(at_speed(scenes, speed), grid_of(x0, pipeline.dit.config.patch), pipeline.seconds_between)
            velocity = video_velocity(
                pipeline.dit,
                ids,
                (shape[0], shape[1], shape[2]),
                seconds_per_latent_frame=pipeline.seconds_between,
                known=plan,
            )
            errors = [float(t**2 * loss_at(velocity, x0, noise, torch.tensor(t))) for t in TIMES]
            print(f"| {speed:g} | " + " | ".join(f"{error:.4f}" for error in errors) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
