"""Can one see that a clip was generated, and for how long? ``python experiments/detector.py``; writes ``detector.*``.

A small convolutional network learns to tell generated clips from true ones, twice: with drawn clips as the true ones,
and with drawn clips that went through the codec as the generated ones do. Both are then asked about new clips of the
same weights, about what other weights and settings make, and about clips that were treated as films on the web are.
Of the new clips the first ones that stand, drawn and made, before one and the same plain ground are shown.
Clips are kept in ``runs/detector``, so that a second call only trains (``… clips`` only makes clips).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import torch
import torch.nn.functional as F
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from minisora.audit.detector import Detector, scores, train_detector, treated
from minisora.audit.roc import roc_auc
from minisora.checkpoint import shipped_folder
from minisora.evaluation.judge import read
from minisora.files import replacing
from minisora.pipeline import Pipeline
from minisora.training.latents import ClipSet, draw_clips
from minisora.video import read_video
from minisora.worlds.drawn import DrawnScene, canonical, world_from_dict
from minisora.worlds.scene import Scene

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/detector")
TRAIN, TEST, OTHERS = 192, 96, 64
SEED = 1700  #: Of the scenes; training has seen none of them.


def to_bytes(video: Tensor) -> Tensor:
    """As a file holds them: all clips are rounded alike."""
    return ((video.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def as_video(clips: Tensor) -> Tensor:
    return clips.float() / 127.5 - 1


def scenes_of(pipeline: Pipeline, count: int, seed: int) -> tuple[list[DrawnScene], Tensor]:
    """Scenes and drawn clips of the world that the weights were trained on."""
    data = pipeline.card["data"][0]
    clip_set = ClipSet(**{**data, "world": world_from_dict(data["world"]), "clips": count, "seed": seed})
    parts = [draw_clips(clip_set, chunk) for chunk in range(-(-count // 64))]
    scenes = [scene for some, _ in parts for scene in some]
    return scenes[:count], torch.cat([video for _, video in parts])[:count]


@torch.no_grad()
def through(pipeline: Pipeline, video: Tensor) -> Tensor:
    """Encoded and decoded."""
    return torch.cat([pipeline.codec.decode(pipeline.codec.encode(some)) for some in video.split(8)])


def kept(name: str, make: Callable[[], Tensor]) -> Tensor:
    """Clips of that name in 8 bits, from disk or made now."""
    path = RUNS / f"{name.replace(' ', '-')}.safetensors"
    if not path.exists():
        RUNS.mkdir(parents=True, exist_ok=True)
        begin = time.process_time()
        save_file({"clips": to_bytes(make())}, path)
        print(f"{name}: {time.process_time() - begin:.0f} s of processor time", flush=True)
    return load_file(path)["clips"]


def generated(pipeline: Pipeline, captions: list[str], **settings: Any) -> Tensor:
    """Clips for captions, by the pipeline's weights."""
    made: list[Tensor] = []
    for start in range(0, len(captions), 16):
        clips = pipeline.generate(captions[start : start + 16], seed=SEED + start, **settings)
        made += [clip.frames for clip in clips]
    return torch.stack(made)


def clip_sets() -> tuple[list[DrawnScene], dict[str, Tensor]]:
    """The scenes, and all clips that are looked at, ``n 3 17 64 64`` in 8 bits."""
    pipeline = Pipeline.load()
    scenes, drawn = scenes_of(pipeline, TRAIN + TEST, SEED)
    captions = [canonical(scene) for scene in scenes]
    sets = {"drawn": to_bytes(drawn)}
    sets["through the codec"] = kept("through the codec", lambda: through(pipeline, as_video(sets["drawn"])))
    sets["made"] = kept("made", lambda: generated(pipeline, captions))
    asked = captions[TRAIN:][:OTHERS]
    for steps in (3, 16):
        sets[f"{steps} steps"] = kept(f"{steps} steps", lambda steps=steps: generated(pipeline, asked, steps=steps))
    sets["guidance 5"] = kept("guidance 5", lambda: generated(pipeline, asked, guidance=5.0))
    alone = Pipeline(
        pipeline.codec, pipeline.dit, pipeline.tokenizer, sampling=pipeline.sampling, fps=8.0, card=pipeline.card
    )
    sets["painter alone"] = kept("painter alone", lambda: generated(alone, asked))
    codec = shipped_folder() / "codec.safetensors"
    sets["step 800"] = kept(
        "step 800", lambda: generated(Pipeline.load(OUT / "0000800.safetensors", codec=codec), asked)
    )
    sets["coded twice"] = kept("coded twice", lambda: through(pipeline, as_video(sets["made"][TRAIN:][:OTHERS])))
    return scenes, sets


def before_one_ground(scenes: list[DrawnScene], drawn: Tensor, made: Tensor, *, count: int) -> list[int]:
    """The first places at which clips ``n 3 t h w`` of one thing have, drawn and made, all the same plain ground.

    Whoever is to tell drawn clips from generated ones by eye should not do it by a sky.
    """
    edges = torch.stack([video[:, :, :, row].flatten(2).median(2).values for video in (drawn, made) for row in (0, -1)])
    for ground in edges[0]:
        off = (edges.short() - ground.short()).abs().amax((0, 2))
        found = [
            i for i, scene in enumerate(scenes) if off[i] <= 12 and isinstance(scene, Scene) and len(scene.objects) == 1
        ]
        if len(found) >= count:
            return found[:count]
    raise SystemExit(f"of {len(scenes)} clips no {count} stand, drawn and made, before one plain ground: raise TEST")


def treatments() -> dict[str, Callable[[Tensor], Tensor]]:
    """What happens to films on the web, to clips in 8 bits."""

    def smaller(clips: Tensor) -> Tensor:
        frames = as_video(clips).transpose(1, 2).flatten(0, 1)
        small = F.interpolate(frames, (44, 44), mode="bilinear", antialias=True)
        back = F.interpolate(small, (64, 64), mode="bilinear")
        return to_bytes(back.unflatten(0, (len(clips), -1)).transpose(1, 2))

    def grainy(clips: Tensor) -> Tensor:
        noise = torch.randn(clips.shape, generator=Generator().manual_seed(4))
        return to_bytes(as_video(clips) + 0.04 * noise)

    return {"mp4": as_mp4, "smaller": smaller, "grainy": grainy}


def as_mp4(clips: Tensor) -> Tensor:
    """Written at its own size in 4:2:0 by x264 with its usual quality, and read again."""
    made = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        for clip in clips:
            with av.open(str(path), "w") as file:
                stream = file.add_stream("libx264", rate=8, options={"crf": "23", "threads": "1"})
                assert isinstance(stream, VideoStream)
                stream.height, stream.width, stream.pix_fmt = clip.shape[2], clip.shape[3], "yuv420p"
                for picture in clip.permute(1, 2, 3, 0).contiguous().numpy():
                    file.mux(stream.encode(VideoFrame.from_ndarray(picture, format="rgb24")))
                file.mux(stream.encode())
            made.append(to_bytes(read_video(path))[:, : clip.shape[1]])
    return torch.stack(made)


def asked(detector: Detector, made: Tensor, true: Tensor) -> float:
    """How well a detector tells two sets of clips apart: the area under its curve."""
    return round(roc_auc(judged(detector, made), judged(detector, true)), 3)


def judged(detector: Detector, clips: Tensor) -> Tensor:
    """Scores of clips in 8 bits, by every fourth of their frames."""
    return scores(detector, as_video(clips[:, :, ::4]))


def main(arguments: list[str]) -> int:
    torch.set_num_threads(1)
    scenes, sets = clip_sets()
    if "clips" in arguments:
        return 0
    begin = time.process_time()
    negatives = {"against drawn clips": "drawn", "against coded clips": "through the codec"}
    changed = {"as they are": lambda clips, dice: clips, "and treated": treated}
    report: dict[str, Any] = {
        "command": "python experiments/detector.py",
        "clips": {"training": TRAIN, "test": TEST, "others": OTHERS},
        "detectors": {},
    }
    kept_weights, kept_scores = {}, {}
    new = {name: sets[name][TRAIN:] for name in ("drawn", "through the codec", "made")}
    ways = {way: {name: change(clips) for name, clips in new.items()} for way, change in treatments().items()}
    for name, negative in negatives.items():
        for how, change in changed.items():
            train = [as_video(sets[each][:TRAIN]) for each in ("made", negative)]
            detector, seconds = train_detector(*train, change=change, seed=0)
            own = f"{name}, {how}"
            row: dict[str, Any] = {"seconds": round(seconds), "new clips": asked(detector, new["made"], new[negative])}
            row["clips it was trained on"] = asked(detector, sets["made"][:TEST], sets[negative][:TEST])
            row["coded against drawn"] = asked(detector, new["through the codec"], new["drawn"])
            others = [each for each in sets if each not in new]
            row["others"] = {each: asked(detector, sets[each], new[negative]) for each in others}
            row["treated"] = {each: asked(detector, way["made"], way[negative]) for each, way in ways.items()}
            row["only the made ones treated"] = {
                each: asked(detector, way["made"], new[negative]) for each, way in ways.items()
            }
            dice = Generator().manual_seed(9)
            coins = torch.randn(TEST, generator=dice), torch.randn(TEST, generator=dice)
            row["floor: coins"] = round(roc_auc(*coins), 3)
            halves = judged(detector, new[negative]).split(TEST // 2)
            row["floor: true against true"] = round(roc_auc(*halves), 3)
            report["detectors"][own] = row
            kept_weights |= {f"{own}.{key}": value.half() for key, value in detector.state_dict().items()}
            kept_scores |= {f"{own}: {each}": judged(detector, new[each]) for each in ("made", negative)}
            print(own, json.dumps(row, indent=1), flush=True)
    report["with a sky"] = {
        name: sum(read(clip).background == "sky" for clip in as_video(new[name])) for name in ("made", "drawn")
    }
    places = before_one_ground(scenes[TRAIN:], new["drawn"], new["made"], count=3)
    report["shown"] = [canonical(scenes[TRAIN + place]) for place in places]
    shown = {f"clips: {name}": new[name][places[:count]] for name, count in (("drawn", 2), ("made", 3))}
    save_file(
        {**kept_weights, **kept_scores, **{k: v.contiguous() for k, v in shown.items()}}, OUT / "detector.safetensors"
    )
    (OUT / "detector.safetensors").chmod(0o644)
    with replacing(OUT / "detector.json") as draft:
        draft.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time() - begin:.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
