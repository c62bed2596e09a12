"""Can one small network make pictures and their sound together, and how far apart are they? For chapter 18.

    python experiments/sound.py [STEPS]

A transformer of a million numbers sees 17 silhouettes of 16 x 16 pixels and the sound of each as tokens of one
sequence, each with its own noise level: of a disc that bounces, or of two that run into each other. The same weights
then make sound for pictures, pictures for sound, and both. Hits that are heard are matched with hits that are true, or
that are seen in what was made, bounces and collisions apart. Beside it: the same weights with attention between the two
cut; the sound of another clip; and, in clips of 64 x 64 pixels, what ``sound_for`` reads off the paths.
Results go to ``data/ladder/sound.json``, the network to ``sound-joint.safetensors``.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn.functional import interpolate

from minisora.checkpoint import save_checkpoint, shipped_folder
from minisora.evaluation.backdrop import find_backdrop
from minisora.files import replacing
from minisora.networks import load_codec
from minisora.physics.bodies import collision
from minisora.physics.motions import KNOWN
from minisora.physics.things import draw
from minisora.sound import hits_of
from minisora.sound.codec import NUMBERS, onsets
from minisora.sound.joint import Task, joint_loss, load_joint, make
from minisora.sound.measure import Matching, matched, moments, seen_hits, summary, within
from minisora.sound.network import JointConfig, JointTransformer
from minisora.sound.scenery import FPS, FRAMES, SIDE, Heard, bouncing, colliding, radii_of
from minisora.training.small import train_small
from minisora.worlds import Scene, SceneObject, render
from minisora.worlds.motion import Pose
from minisora.worlds.render import DISTANCE, draw_objects
from minisora.worlds.scene import COLOURS, RADIUS, SHAPES, SIZES

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
STEPS, BATCH, CLIPS, TESTED = 9000, 24, 12000, 128
KINDS = {"bounces": bouncing, "collisions": colliding}
#: Hits between these two can be seen from both sides, by eyes that need two frames before and two after.
FROM, TO = 1.5 / 8, 14.5 / 8
NEAR = 0.15
PLAIN = 0.08  #: Change of velocity (sides a frame) that all true bounces have; what was made may tremble by less.


def learn(steps: int) -> None:
    dice = Generator().manual_seed(0)
    kinds = [kind(CLIPS // len(KINDS), generator=dice) for kind in KINDS.values()]
    clips = torch.cat([heard.silhouettes() for heard in kinds])
    tokens = torch.cat([heard.tokens() for heard in kinds])

    def loss_of(network: JointTransformer) -> Tensor:
        rows = torch.randint(len(clips), (BATCH,), generator=dice)
        return joint_loss(network, clips[rows], tokens[rows], generator=dice)

    network = JointTransformer(JointConfig(), generator=dice)
    watch = lambda n, loss: print(n, round(loss, 4), flush=True)  # noqa: E731
    smooth, seconds = train_small(network, loss_of, steps=steps, watch=watch, average=0.99)
    card = {"kind": "sound", "settings": asdict(JointConfig()), "command": "python experiments/sound.py"}
    card |= {"steps": steps, "batch": BATCH, "clips": CLIPS, "seconds": round(seconds)}
    save_checkpoint(OUT, "sound-joint", {key: each.half() for key, each in smooth.state_dict().items()}, card)


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
    """Of the true hits of which something is heard: the share with the right pitches, all of them and no other."""
    right = []
    for each, hits in zip(tokens, truth.hits, strict=True):
        heard = onsets(each)
        for when in moments(hits):
            near = {hit.size for hit in heard if abs(hit.time - when) <= NEAR}
            right += [near == {hit.size for hit in hits if hit.time == when}] if near else []
    return round(sum(right) / max(len(right), 1), 3)


def heard_in(sound: Tensor) -> list[list[float]]:
    return [moments(onsets(each)) for each in sound]


def shuffled(rows: list[list[float]]) -> list[list[float]]:
    return rows[1:] + rows[:1]


def measured(network: JointTransformer, kind: str) -> dict[str, Any]:
    """Of clips in which things bounce, or collide: a quarter of them silent."""
    truth = KINDS[kind](TESTED, generator=Generator().manual_seed(100), silent=0.25)
    clips, tokens = truth.silhouettes(), truth.tokens()
    true = [moments(hits) for hits in truth.hits]
    found: dict[str, Any] = {}

    def made(task: Task, **options: Any) -> tuple[Tensor, Tensor]:
        return make(network, task, clips, tokens, generator=Generator().manual_seed(7), **options)

    def note(name: str, heard: list[list[float]], seen: list[list[float]], **more: Any) -> None:
        found[name] = summary(compared(heard, seen)) | more
        print(kind, name, json.dumps(found[name]), flush=True)

    coded, looked = heard_in(tokens), seen_hits(clips)
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
        note(name, heard_in(sound), true, **more)
    for name, options in (
        ("sound to video", {}),
        ("sound to video, first three frames given", {"given": 3}),
        ("sound to video, cut", {"joined": False}),
    ):
        pictures, _ = made("sound to video", **options)
        note(name, coded, seen_hits(pictures))
    pictures, sound = made("both", given=3)
    note("both, first three frames given", heard_in(sound), seen_hits(pictures))
    note("both, the sound of another", shuffled(heard_in(sound)), seen_hits(pictures))
    return found


def from_noise(network: JointTransformer) -> dict[str, Any]:
    """Pictures and sound of which nothing is given: whether one thing is seen or two is the network's to choose."""
    nothing = torch.zeros(TESTED, 1, FRAMES, SIDE, SIDE), torch.zeros(TESTED, FRAMES, NUMBERS)
    found: dict[str, Any] = {}
    ways: dict[str, dict[str, Any]] = {
        "both": {},
        "both, guidance 2": {"guidance": 2.0},
        "both, cut": {"joined": False},
    }
    for name, options in ways.items():
        pictures, sound = make(network, "both", *nothing, generator=Generator().manual_seed(7), **options)
        heard, seen = heard_in(sound), seen_hits(pictures)
        found[name] = summary(compared(heard, seen))
        if name == "both":
            found["both, plain hits alone"] = summary(compared(heard, seen_hits(pictures, least=PLAIN)))
            found["both, the sound of another"] = summary(compared(shuffled(heard), seen))
    for name, row in found.items():
        print(name, json.dumps(row), flush=True)
    return found


def in_clips() -> dict[str, Any]:
    """Clips of 64 x 64 pixels, drawn, and through the codec: ``hits_of`` beside the network, which gets silhouettes.

    Of each kind 48 clips in which something is hit (things of any shape), and 24 of things that do something silent.
    """
    codec, _ = load_codec(shipped_folder() / "codec.safetensors")
    network, found = load_joint(OUT / "sound-joint.safetensors"), {}
    for kind, (clips, true) in {"bounces": bounces(), "collisions": meetings()}.items():
        with torch.no_grad():
            coded = torch.cat([codec.decode(codec.encode(each)) for each in clips.split(8)]).clamp(-1, 1)
        found[kind] = {}
        for name, videos in (("drawn", clips), ("through the codec", coded)):
            read = [moments(hits_of(each)) for each in videos]
            small, silence = torch.stack([silhouette(each) for each in videos]), torch.zeros(72, FRAMES, NUMBERS)
            _, sound = make(network, "video to sound", small, silence, generator=Generator().manual_seed(7))
            for way, heard in (("read off the path", read), ("by the network", heard_in(sound))):
                rows = compared(heard[:48], true[:48])
                row: dict[str, Any] = summary(rows)
                row["within 60 ms"] = sum(abs(offset) <= 0.06 for each in rows for offset in each.offsets)
                row |= {"silent clips": 24, "of them with a sound": sum(map(bool, heard[48:]))}
                found[kind][f"{name}, {way}"] = row
                print(kind, name, way, json.dumps(row), flush=True)
    clips, true = straight()
    found["collisions of chapter 16"] = summary(
        [matched(moments(hits_of(c)), t) for c, t in zip(clips, true, strict=True)]
    )
    found["crossing"] = {"clips": 48, "with a sound": sum(bool(hits_of(clip)) for clip in crossing())}
    print(json.dumps(found["collisions of chapter 16"]), json.dumps(found["crossing"]), flush=True)
    return found


def bounces() -> tuple[Tensor, list[list[float]]]:
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
    return render(scenes, frames=FRAMES, height=64, width=64), true


def meetings() -> tuple[Tensor, list[list[float]]]:
    """Two things of any shape that hit each other where their shapes touch, and two that never do."""
    dice = Generator().manual_seed(300)
    loud, quiet = colliding(48, generator=dice, silent=0.0), colliding(24, generator=dice, silent=1.0)
    radius, shape = radii_of(torch.cat([loud.size, quiet.size])), torch.randint(len(SHAPES), (72, 2), generator=dice)
    apart = loud.places[:, 1] - loud.places[:, 0]
    along = apart / apart.norm(dim=-1, keepdim=True)
    nearer = [room(*each) for each in zip(shape[:48].tolist(), radius[:48].tolist(), along[:, 0].tolist(), strict=True)]
    loud.places[:, 1] -= torch.tensor(nearer)[:, None, None] * along
    places = torch.cat([loud.places, quiet.places])
    return drawn(places, radius, shape, dice), [moments(hits) for hits in loud.hits + quiet.hits]


def room(shape: list[int], radius: list[float], along: list[float]) -> float:
    """How far two things are apart where the circles around them touch, in the direction ``along``; in sides."""
    y, x = torch.meshgrid(*[torch.linspace(-0.7, 0.7, 200)] * 2, indexing="ij")

    def inside(k: int, away: float) -> Tensor:
        u, v = ((at - away * step) / radius[k] for at, step in zip((x, y), along, strict=True))
        return DISTANCE[SHAPES[shape[k]]](u, v) < 0

    still = inside(0, 0.0)
    steps = torch.arange(0, sum(radius), 0.004).tolist()
    return next((step for step in steps if (still & inside(1, sum(radius) - step)).any()), steps[-1])


def crossing() -> Tensor:
    """Two things that pass one before the other, straight on, at any angle to each other."""
    dice = Generator().manual_seed(400)
    angle = 2 * torch.pi * torch.rand(48, 2, generator=dice)
    speed = 0.15 + 0.1 * torch.rand(48, 2, generator=dice)
    step = speed[..., None] * torch.stack([angle.cos(), angle.sin()], dim=-1)
    start = 0.2 * (torch.rand(48, 2, 2, generator=dice) - 0.5) - step
    places = start[:, :, None] + step[:, :, None] * (torch.arange(FRAMES) / FPS)[:, None]
    shape = torch.randint(len(SHAPES), (48, 2), generator=dice)
    return drawn(places, torch.full((48, 2), RADIUS["small"]), shape, dice)


def drawn(places: Tensor, radius: Tensor, shape: Tensor, dice: Generator) -> Tensor:
    """Clips ``n 3 t 64 64`` of two things of two colours on black: places ``n 2 t 2``, radii and shapes ``n 2``."""
    n, _, frames, _ = places.shape
    colour = torch.randint(len(COLOURS), (n, 2), generator=dice)
    colour[:, 1] = (colour[:, 0] + 1 + colour[:, 1] % (len(COLOURS) - 1)) % len(COLOURS)
    wide = radius[..., None].expand(-1, -1, frames)
    poses = Pose(places[..., 0], places[..., 1], wide, torch.zeros_like(wide), torch.ones_like(wide))
    return 2 * draw_objects(torch.full((n, 3, frames, 64, 64), 0.035), poses, shape, colour) - 1


def straight() -> tuple[Tensor, list[list[float]]]:
    """Chapter 16's collisions, four times as large: two discs come, hit each other and part, by pymunk."""
    small = collision(48, KNOWN, generator=Generator().manual_seed(1), frames=FRAMES)
    apart = (small.places[:, 0] - small.places[:, 1]).norm(dim=-1)
    when = (apart[:, 0] - small.radius.sum(1)) / (apart[:, 0] - apart[:, 1]) / FPS
    return draw(replace(small, places=4 * small.places, radius=4 * small.radius), height=64, width=128), [
        [each] for each in when.tolist()
    ]


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
    network = load_joint(OUT / "sound-joint.safetensors")
    found = {kind: measured(network, kind) for kind in KINDS} | {"from noise": from_noise(network)}
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
