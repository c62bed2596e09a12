"""Can one small network make pictures and their sound together, and how far apart are they? For chapter 18.

    python experiments/sound.py [STEPS]

A transformer of a million numbers sees 17 silhouettes of 16 x 16 pixels and the sound of each as tokens of one
sequence, each with its own noise level. The same weights then make sound for pictures, pictures for sound, and both.
Hits that are heard are matched with hits that are true, or that are seen in what was made. Beside it: the same weights
with attention between the two cut; the sound of another clip; and, in clips of 64 x 64 pixels, what ``sound_for``
reads off the path. Results go to ``data/ladder/sound.json``, the network to ``sound-joint.safetensors``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from minisora.checkpoint import save_checkpoint, shipped_folder
from minisora.evaluation.backdrop import find_backdrop
from minisora.files import replacing
from minisora.networks import load_codec
from minisora.sound import hits_of
from minisora.sound.codec import onsets
from minisora.sound.joint import Task, joint_loss, load_joint, make
from minisora.sound.measure import Matching, matched, seen_hits, summary, within
from minisora.sound.network import JointConfig, JointTransformer
from minisora.sound.scenery import Heard, bouncing
from minisora.sound.wave import Hit
from minisora.training.small import train_small
from minisora.worlds import Scene, SceneObject, render
from minisora.worlds.scene import COLOURS, RADIUS, SHAPES, SIZES

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
STEPS, BATCH, CLIPS, TESTED = 3000, 24, 6000, 128
#: Hits between these two can be seen from both sides, by eyes that need two frames before and two after.
FROM, TO = 1.5 / 8, 14.5 / 8
NEAR = 0.15
PLAIN = 0.08  #: Change of velocity (sides a frame) that all true bounces have; what was made may tremble by less.


def learn(steps: int) -> None:
    dice = Generator().manual_seed(0)
    heard = bouncing(CLIPS, generator=dice)
    clips, tokens = heard.silhouettes(), heard.tokens()

    def loss_of(network: JointTransformer) -> Tensor:
        rows = torch.randint(CLIPS, (BATCH,), generator=dice)
        return joint_loss(network, clips[rows], tokens[rows], generator=dice)

    network = JointTransformer(JointConfig(), generator=dice)
    watch = lambda n, loss: print(n, round(loss, 4), flush=True)  # noqa: E731
    smooth, seconds = train_small(network, loss_of, steps=steps, watch=watch, average=0.99)
    card = {"kind": "sound", "settings": asdict(JointConfig()), "command": "python experiments/sound.py"}
    card |= {"steps": steps, "batch": BATCH, "clips": CLIPS, "seconds": round(seconds)}
    save_checkpoint(OUT, "sound-joint", {key: each.half() for key, each in smooth.state_dict().items()}, card)


def times(hits: list[Hit]) -> list[float]:
    return [hit.time for hit in hits]


def compared(heard: list[list[float]], seen: list[list[float]]) -> list[Matching]:
    """Clip by clip; what lies outside of what can be seen counts neither as missed nor as false."""
    rows = []
    for mine, theirs in zip(heard, seen, strict=True):
        inside = within(theirs, FROM, TO)
        near = [t for t in mine if FROM <= t <= TO or any(abs(t - each) <= NEAR for each in inside)]
        beyond = [t for t in theirs if t not in inside]
        near = [t for t in near if any(abs(t - e) <= NEAR for e in inside) or all(abs(t - e) > NEAR for e in beyond)]
        rows.append(matched(near, inside))
    return rows


def pitches(tokens: Tensor, truth: Heard) -> float:
    """Of the sounds that are heard at a true hit: the share with its pitch."""
    right = []
    for each, hits in zip(tokens, truth.hits, strict=True):
        for hit in onsets(each):
            near = [true for true in hits if abs(true.time - hit.time) <= NEAR]
            right += [hit.size == true.size for true in near[:1]]
    return round(sum(right) / max(len(right), 1), 3)


def shuffled(rows: list[list[float]]) -> list[list[float]]:
    return rows[1:] + rows[:1]


def measured(network: JointTransformer) -> dict[str, Any]:
    truth = bouncing(TESTED, generator=Generator().manual_seed(100), silent=0.25)
    clips, tokens = truth.silhouettes(), truth.tokens()
    true = [times(hits) for hits in truth.hits]
    found: dict[str, Any] = {}

    def made(task: Task, **options: Any) -> tuple[Tensor, Tensor]:
        return make(network, task, clips, tokens, generator=Generator().manual_seed(7), **options)

    def note(name: str, heard: list[list[float]], seen: list[list[float]], **more: Any) -> None:
        found[name] = summary(compared(heard, seen)) | more
        print(name, json.dumps(found[name]), flush=True)

    coded, looked = [times(onsets(each)) for each in tokens], seen_hits(clips)
    note("floor: the truth through the sound codec", coded, true, pitch=pitches(tokens, truth))
    note("floor: hits read off the true pictures", looked, true)
    note("chance: the sound of another clip", shuffled(true), true)
    for name, options in (
        ("video to sound", {}),
        ("video to sound, guidance 2", {"guidance": 2.0}),
        ("video to sound, 2 steps", {"steps": 2}),
        ("video to sound, cut", {"joined": False}),
    ):
        sound = made("video to sound", **options)[1]
        silent = [k for k, hits in enumerate(truth.hits) if not hits]
        loud = sum(bool(onsets(sound[k])) for k in silent)
        more = {"pitch": pitches(sound, truth), "silent clips": len(silent), "of them with a sound": loud}
        note(name, [times(onsets(each)) for each in sound], true, **more)
    for name, options in (
        ("sound to video", {}),
        ("sound to video, first three frames given", {"given": 3}),
        ("sound to video, cut", {"joined": False}),
    ):
        pictures, _ = made("sound to video", **options)
        note(name, coded, seen_hits(pictures))
    for name, options in (
        ("both", {}),
        ("both, guidance 2", {"guidance": 2.0}),
        ("both, first three frames given", {"given": 3}),
        ("both, cut", {"joined": False}),
    ):
        pictures, sound = made("both", **options)
        heard, seen = [times(onsets(each)) for each in sound], seen_hits(pictures)
        note(name, heard, seen)
        if name == "both":
            note("both, plain bounces alone", heard, seen_hits(pictures, least=PLAIN))
            note("both, the sound of another", shuffled(heard), seen)
    return found


def in_clips() -> dict[str, Any]:
    """Clips of 64 x 64 pixels, drawn, and through the codec: ``hits_of`` beside the network, which gets silhouettes.

    48 clips of one thing of any shape that bounces, and 24 of one that does something silent.
    """
    dice, scenes, true = Generator().manual_seed(200), [], []
    for i in range(72):
        shape, size = SHAPES[i % len(SHAPES)], SIZES[i // 6 % len(SIZES)]
        motion = "bounces" if i < 48 else ("still", "right", "orbits", "spins", "grows", "blinks")[i % 6]
        pace, phase = (0.4 + 0.2 * torch.rand((), generator=dice)).item(), torch.rand((), generator=dice).item()
        floor = 0.5 - RADIUS[size] - 0.06
        speed = pace if motion in ("bounces", "blinks") else 0.15
        y, x = (floor, 0.0) if motion == "bounces" else (0.0, -0.1)
        scenes.append(Scene((SceneObject(shape, COLOURS[i % 8], size, motion, x, y, speed, phase),)))  # type: ignore[arg-type]
        true.append([(k - phase) / pace for k in (1, 2)] if motion == "bounces" else [])
    clips = render(scenes, frames=17, height=64, width=64)
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    with torch.no_grad():
        coded = torch.cat([codec.decode(codec.encode(each)) for each in clips.split(8)]).clamp(-1, 1)
    network, found = load_joint(OUT / "sound-joint.safetensors"), {}
    for name, videos in (("drawn", clips), ("through the codec", coded)):
        read = [times(hits_of(each)) for each in videos]
        small = torch.stack([silhouette(each) for each in videos])
        _, sound = make(network, "video to sound", small, torch.zeros(72, 17, 24), generator=Generator().manual_seed(7))
        made = [times(onsets(each)) for each in sound]
        for way, heard in (("read off the path", read), ("by the network", made)):
            row: dict[str, Any] = summary(compared(heard[:48], true[:48]))
            row |= {"silent clips": 24, "of them with a sound": sum(map(bool, heard[48:]))}
            found[f"{name}, {way}"] = row
            print(name, way, json.dumps(row), flush=True)
    return found


def silhouette(clip: Tensor) -> Tensor:
    """A clip ``3 t h w`` as the network's pictures, ``1 t 16 16``: white where it differs from its background."""
    video = (clip.transpose(0, 1) + 1) / 2
    inside = ((video - find_backdrop(video).picture).abs().amax(1, keepdim=True) > 0.1).float()
    return (2 * interpolate(inside, size=(16, 16), mode="area") - 1).transpose(0, 1)


def main(steps: int = STEPS) -> int:
    torch.set_num_threads(1)
    card = OUT / "sound-joint.json"
    if not (OUT / "sound-joint.safetensors").exists() or json.loads(card.read_text("utf-8"))["steps"] != steps:
        learn(steps)
    begin = time.process_time()
    found = measured(load_joint(OUT / "sound-joint.safetensors"))
    training = json.loads(card.read_text("utf-8"))
    result = {"command": "python experiments/sound.py", "tested": TESTED, "from": FROM, "to": TO}
    result |= {"in clips of 64 x 64": in_clips()}
    result |= {"training": {key: training[key] for key in ("steps", "batch", "clips", "seconds")}, "measured": found}
    result |= {"seconds": round(time.process_time() - begin)}
    with replacing(OUT / "sound.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
