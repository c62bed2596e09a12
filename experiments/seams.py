"""Does one see where a clip was given and where it was made? ``python experiments/seams.py [WEIGHTS] [--clips N]``.

Seams: how much the picture changes from the last given frame to the first generated one, and in a loop from the last
to the first, as a multiple of what it changes from frame to frame in drawn clips of the same scenes, and of what it
changes in that clip. Plans: how far they are from what is given, and what a true one would be worth. Then what the
judge finds right in clips whose first picture was given, beside clips of the same words alone, and in the second shot
of storyboards, by how much of the first shot it was given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Generator, Tensor

from minisora import diffusion, edits
from minisora.edits.latents import as_beginning, as_ending
from minisora.edits.steady import steadied
from minisora.errors import UserError
from minisora.evaluation.given import through_given
from minisora.evaluation.judge import Verdict, judge
from minisora.evaluation.metrics import psnr
from minisora.evaluation.suite import ONE_OBJECT
from minisora.pipeline import Pipeline
from minisora.planning import Tracks, tracks
from minisora.worlds.caption import canonical
from minisora.worlds.claims import parse
from minisora.worlds.plan import PICTURES, plan_of
from minisora.worlds.render import render
from minisora.worlds.scene import Motion, Scene

SEED = 1900
RETURNING: tuple[Motion, ...] = (
    "still",
    "bounces",
    "orbits",
    "spins",
    "blinks",
)  #: What can come back to its beginning.
TURNED: dict[Motion, Motion] = {"left": "right", "right": "left", "up": "down", "down": "up"}
PARTS = ("seams", "plans", "judged", "shots")
KINDS = ("count", "colour", "shape", "size", "motion", "everything")


def change(clip: Tensor) -> Tensor:
    """How much a clip ``3 t h w`` changes from each frame to the next, ``t-1``."""
    return (clip[:, 1:] - clip[:, :-1]).abs().mean((0, 2, 3))


def scenes_of(clips: int, seed: int, motions: tuple[Motion, ...] | None = None) -> list[Scene]:
    world = ONE_OBJECT if motions is None else replace(ONE_OBJECT, motions=motions)
    return world.sample(clips, generator=Generator().manual_seed(SEED + seed))


def looped(pipeline: Pipeline, clips: int) -> tuple[list[Scene], list[Tensor]]:
    """Scenes that can come back to their beginning, and loops of their words."""
    scenes = scenes_of(clips, 0, RETURNING)
    return scenes, [edits.loop(pipeline, canonical(scene), seed=i).frames for i, scene in enumerate(scenes)]


def seams(pipeline: Pipeline, clips: int) -> None:
    scenes, loops = looped(pipeline, clips)
    drawn = list(render(scenes, frames=17, height=64, width=64))
    with torch.no_grad():
        coded = pipeline.codec.decode(pipeline.codec.encode(torch.stack(drawn)))
    usual = [change(clip).mean() for clip in drawn]
    texts = [canonical(scene) for scene in scenes]
    both = list(enumerate(zip(drawn, texts, strict=True)))

    def report(
        name: str, clips: Sequence[Tensor], whole: Sequence[Tensor] | None = None, motion: Motion | None = None
    ) -> None:
        of = [i for i, scene in enumerate(scenes) if motion in (None, scene.objects[0].motion)]
        each, expected = [change(clips[i]).mean() for i in of], sum(usual[i] for i in of)
        within = sum(bool(value <= 1.2 * usual[i]) for i, value in zip(of, each, strict=True))
        own = "–" if whole is None else f"{sum(each) / sum(change(whole[i]).mean() for i in of):.2f}"
        drawn_ones = f"{sum(each) / expected:.2f}" if expected else "–"
        print(f"| {name} | {drawn_ones} | {own} | {within} of {len(of)} |", flush=True)

    def between(clip: Tensor, *frames: int) -> Tensor:
        """The steps from these frames to the next, as one clip of pairs."""
        return torch.cat([clip[:, i : i + 2] for i in frames], 2)

    print("| from one frame to the next | mean | times its own | at most 1.2 times its own drawn clip's |")
    print("|---|---|---|---|")
    report("drawn clips", drawn)
    report("the same through the codec", list(coded))
    report("the same, from a latent frame to the next", [between(x, 4, 8, 12) for x in coded], list(coded))
    # A clip and the same backwards is a ring, of which the first half is looked at.
    steady = [steadied(torch.cat([x, x.flip(1)], 1))[:, : x.shape[1]] for x in coded]
    report("through the codec, steadied", steady)
    report("the same, from a latent frame to the next", [between(x, 4, 8, 12) for x in steady], steady)
    ends = [torch.stack([x[:, -1], x[:, 0]], 1) for x in loops]
    report("loops: from the last frame to the first", ends, loops)
    for motion in RETURNING:
        report(f"the same, motion: {motion}", ends, loops, motion)
    report("loops: from the opening to the way back", [x[:, 8:10] for x in loops], loops)
    alone = [pipeline.generate(text, seed=i).frames for i, (_, text) in both]
    report("clips of the same words", alone)
    report("the same, from a latent frame to the next", [between(x, 4, 8, 12) for x in alone], alone)
    report("loops: all frames", loops)
    on = [edits.extend(pipeline, x, text, seed=i).frames for i, (x, text) in both]
    report("drawn clips that go on: at the seam", [x[:, 16:18] for x in on], on)
    report("drawn clips that go on: after it", [x[:, 17:] for x in on])
    back = [edits.extend(pipeline, x, text, 0, before=1.0, seed=i).frames for i, (x, text) in both]
    report("drawn clips that got a beginning: at the seam", [x[:, 7:9] for x in back], back)
    for name, ones in (("alone", coded), ("steadied", torch.stack(steady))):
        print(f"Through the codec, {name}: {psnr(ones, torch.stack(drawn)).mean():.2f} dB.")


def plans(pipeline: Pipeline, clips: int) -> None:
    """Of drawn clips of which both ends are given: five frames, and the last four of seventeen."""
    scenes = scenes_of(clips, 0, ("bounces", "orbits", "spins", "left"))
    drawn = render(scenes, frames=17, height=64, width=64)
    with torch.no_grad():
        coded = list(pipeline.codec.decode(pipeline.codec.encode(drawn)))
    apart: dict[str, list[Tensor]] = {"the planner's": [], "bent to what is given": []}
    made: dict[str, list[Tensor]] = {"bent to what is given": [], "the true one": []}
    for i, (scene, clip) in enumerate(zip(scenes, drawn, strict=True)):
        truth, seen = tracks([plan_of([scene], (5, 4, 4), 0.5)]), []
        prefix, suffix = as_beginning(pipeline, clip[:, :5], 2), as_ending(pipeline, clip[:, 13:], 1)
        given = partial(diffusion.connect, prefix=prefix, suffix=suffix)

        def look(plan: Tracks, _: object, seen: list[Tracks] = seen) -> Tracks:
            seen.append(plan)
            return plan

        for name, direct in (("bent to what is given", look), ("the true one", lambda *_, plan=truth: plan)):
            frames = pipeline.generate(canonical(scene), seed=i, given=given, direct=direct).frames
            made[name].append(frames)
        x, free = given(torch.zeros(1, *prefix.shape[1:2], 5, 8, 8))
        bend = through_given(pipeline.codec, x[0], free[0])
        bent = seen[0] if bend is None else bend(seen[0], (1.0, 1.0))
        for name, (now, _) in zip(apart, (seen[0], bent), strict=True):
            away = torch.hypot(now.x - truth[0].x, now.y - truth[0].y)
            apart[name].append(64 * away[0, 0, PICTURES - 1 :])
    print("| plan | pixels of 64 away in what is given | between |\n|---|---|---|")
    for name, each in apart.items():
        away = torch.stack(each).mean(0)
        print(f"| {name} | {torch.cat([away[:5], away[13:]]).mean():.1f} | {away[5:13].mean():.1f} |")
    usual = sum(float(change(clip).mean()) for clip in drawn)
    print("\n| the picture changes, of drawn clips | at the first seam | at the second |\n|---|---|---|")
    for name, each in {"the codec alone": coded, **{f"plan: {name}": each for name, each in made.items()}}.items():
        steps = torch.stack([change(clip) for clip in each]).sum(0) / usual
        print(f"| {name} | {steps[4]:.2f} | {steps[12]:.2f} |", flush=True)


def heading() -> None:
    print("\n| judged | " + " | ".join(KINDS) + " |\n|" + "---|" * (len(KINDS) + 1))


def row(name: str, verdicts: Sequence[Verdict]) -> None:
    right = (sum(getattr(verdict, kind) for verdict in verdicts) for kind in KINDS)
    print(f"| {name} | " + " | ".join(f"{count} of {len(verdicts)}" for count in right) + " |", flush=True)


def verdicts(scenes: Sequence[Scene], make: Callable[[int, str], Tensor]) -> list[Verdict]:
    """What the judge says of a clip of each scene, by its number and its words."""
    texts = [canonical(scene) for scene in scenes]
    return [judge(make(i, text), parse(text)) for i, text in enumerate(texts)]


def judged(pipeline: Pipeline, clips: int) -> None:
    heading()
    scenes = scenes_of(clips, 1)
    first = render(scenes, frames=17, height=64, width=64)[:, :, 0]
    row("words alone", verdicts(scenes, lambda i, text: pipeline.generate(text, seed=i).frames))
    moving = verdicts(scenes, lambda i, text: edits.animate(pipeline, first[i], text, seed=i).frames)
    row("words and a drawn first picture", moving)
    scenes, loops = looped(pipeline, clips)
    row("words that can come back, alone", verdicts(scenes, lambda i, text: pipeline.generate(text, seed=i).frames))
    row("loops of these", verdicts(scenes, lambda i, _: loops[i]))


def shots(pipeline: Pipeline, clips: int) -> None:
    heading()
    first = scenes_of(clips, 2, tuple(TURNED))
    second = [replace(s, objects=(replace(s.objects[0], motion=TURNED[s.objects[0].motion]),)) for s in first]
    texts = [(canonical(a), canonical(b)) for a, b in zip(first, second, strict=True)]
    for context in (0.0, 0.5, 1.0):
        made = [
            edits.storyboard(pipeline, [(2, a), (2, b)], context=context, seed=i).frames
            for i, (a, b) in enumerate(texts)
        ]
        if context == 0:
            row("first shot", [judge(clip[:, :17], parse(a)) for clip, (a, _) in zip(made, texts, strict=True)])
        given = f"{context:g} s" if context else "the last picture"
        after = [judge(clip[:, 16:], parse(b)) for clip, (_, b) in zip(made, texts, strict=True)]
        row(f"second shot, the other way, after {given} of the first", after)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", type=Path, help="by default the shipped ones")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--clips", type=int, default=16, help="of each kind")
    asked = parser.parse_args(arguments)
    try:
        pipeline = Pipeline.load(asked.weights, device="cpu")
        for part in asked.parts:
            {"seams": seams, "plans": plans, "judged": judged, "shots": shots}[part](pipeline, asked.clips)
    except UserError as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
