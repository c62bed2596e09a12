"""Pictures first, motion later: ``python experiments/pictures_first.py [STEPS]``; writes ``pictures_first.*``.

A small transformer learns pictures with captions. Layers over time are added that begin as nothing (Make-A-Video,
2209.14792), and it goes on with clips that have no captions of their own: only what a still of them would be called. A
share of the clips says what they *do*; these fill half of each batch, however few they are, and one arm has them in all
of it. From which share on are the words of motion heard? The control is a share of 0: no caption ever says what a clip
does. Frames per second are told, too: what do twice as many do? What is trained is kept in ``runs/pictures_first``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from minisora.cascade.fit import fit, flow_loss, picked, without_some
from minisora.cascade.temporal import Inflated
from minisora.cascade.world import Drawn, coloured, draw, motion, obeyed, tiny, to_video
from minisora.diffusion import ab2, sample, time_grid
from minisora.diffusion.path import Velocity
from minisora.diffusion.precondition import preconditioned
from minisora.evaluation.metrics import wilson
from minisora.files import replacing
from minisora.model import DiT, TextTokens, video_velocity
from minisora.worlds.scene import DIRECTION

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/pictures_first")
MIDDLE = 0.1  #: Things cross the middle of the frame, up to this: where they are says at once where they go.
SHAPE = (3, 16, 16)
CLIPS, NEW = 2048, 96
#: Of the clips, how many say what they do; and of each batch.
ARMS = ((0.0, 0.0), (0.02, 0.5), (0.1, 0.5), (0.3, 0.5), (1.0, 0.5), (1.0, 1.0))
RATES = (1.0, 2.0)  #: Frames a second that occur in training.
PICTURE_STEPS, PICTURES, STEPS, BATCH = 300, 48, 400, 16
SEEDS = (1, 2, 3)  #: Of the layers over time, of the batches, and of which clips are captioned.
GUIDANCE, CALLS = 3.0, 8


def told(rate: Tensor) -> Tensor:
    """Frames a second as the network is told them: ``b`` to ``b 1``: -1 or 0."""
    return (rate / 2).log2()[:, None]


def velocity_of(network: Inflated, text: TextTokens, rate: Tensor) -> Velocity:
    return preconditioned(lambda x, t: network(x, t, text, told(rate)))


def learn_pictures(drawn: Drawn) -> DiT:
    """The transformer that knows single frames and their names."""
    path, frames = RUNS / "pictures.safetensors", drawn.clips(SHAPE)
    network, ids = tiny(), drawn.ids(drawn.stills)
    if path.exists():
        network.load_state_dict(load_file(path))
        return network

    def loss(dit: DiT, dice: Generator) -> Tensor:
        chosen = picked(len(drawn), PICTURES, dice)
        which = torch.randint(SHAPE[0], (PICTURES,), generator=dice)
        x0 = frames[chosen, :, which][:, :, None]
        words = without_some(ids[chosen], 0.1, dice)
        return flow_loss(preconditioned(video_velocity(dit, words, (1, *SHAPE[1:]))), x0, dice)

    network, seconds = fit(network, loss, steps=PICTURE_STEPS)
    print(f"pictures: {seconds:.0f} s", flush=True)
    RUNS.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), path)
    return network


def learn_motion(pictures: DiT, drawn: Drawn, arm: tuple[float, float], steps: int, *, seed: int) -> Inflated:
    """The same with layers over time, by clips of which a share is captioned in full."""
    share, filled = arm
    torch.manual_seed(seed)
    network = Inflated(pictures, told=1, steered=True).requires_grad_(True)
    path = RUNS / f"share-{share:g}-{filled:g}-{steps}-{seed}.safetensors"
    if path.exists():
        network.load_state_dict(load_file(path))
        return network.eval()
    rates = {rate: drawn.clips(SHAPE, fps=rate) for rate in RATES}
    order = torch.randperm(len(drawn), generator=Generator().manual_seed(seed))
    captioned, others = order[: round(share * len(drawn))], order[round(share * len(drawn)) :]
    if not len(others):
        others = order  # all have captions; what else is in a batch goes without
    full, still = drawn.ids(), drawn.ids(drawn.stills)
    still = F.pad(still, (0, full.shape[1] - still.shape[1]))
    many = round(filled * BATCH)

    def loss(network: Inflated, dice: Generator) -> Tensor:
        # The captioned fill their part of a batch, however few they are: the share is then not how often.
        says, silent = (
            each[picked(len(each), n, dice)] if n else each[:0]
            for each, n in ((captioned, many), (others, BATCH - many))
        )
        ids, chosen = torch.cat([full[says], still[silent]]), torch.cat([says, silent])
        which = torch.randint(len(RATES), (BATCH,), generator=dice)
        x0 = torch.stack([rates[RATES[r]][i] for r, i in zip(which.tolist(), chosen.tolist(), strict=True)])
        text = network.dit.encode_text(without_some(ids, 0.1, dice))
        return flow_loss(velocity_of(network, text, torch.tensor(RATES)[which]), x0, dice)

    network, seconds = fit(network, loss, steps=steps, seed=seed)
    print(f"share {share:g} in {filled:g} of each batch, seed {seed}: {seconds:.0f} s", flush=True)
    save_file(network.state_dict(), path)
    return network


def through_the_middle(n: int, *, seed: int) -> Drawn:
    """``n`` clips of the world of which each is near the middle of the frame half way, after one second."""
    kept = []
    for scene in draw(4 * n, seed=seed).scenes:
        (thing,) = scene.objects
        way = [thing.speed * each for each in DIRECTION[thing.motion]]
        if max(abs(thing.x + way[0]), abs(thing.y + way[1])) < MIDDLE:
            kept.append(scene)
    assert len(kept) >= n, f"{len(kept)} of {4 * n} clips cross the middle, {n} are wanted"
    return Drawn(kept[:n])


@torch.no_grad()
def made(network: Inflated, drawn: Drawn, rate: float, texts: list[str] | None = None) -> Tensor:
    """Clips of captions, in pixels."""
    ids = drawn.ids(texts)
    text, blank = network.dit.encode_text(ids), network.dit.encode_text(drawn.ids([""] * len(ids)))
    rates = torch.full((len(ids),), rate)
    better, worse = (velocity_of(network, each, rates) for each in (text, blank))
    noise = torch.randn(len(ids), 3, *SHAPE, generator=Generator().manual_seed(7))

    def guided(x: Tensor, t: Tensor) -> Tensor:
        away = worse(x, t)
        return away + GUIDANCE * (better(x, t) - away)

    return to_video(sample(guided, noise, time_grid(CALLS), step=ab2))


def shown(video: Tensor, drawn: Drawn) -> dict[str, float]:
    parts = {"motion": obeyed(video, drawn.scenes), "colour": coloured(video, drawn.scenes)}
    return {name: round(float(each.float().mean()), 3) for name, each in parts.items()}


def row_of(new: Drawn, arm: tuple[float, float], videos: list[dict[float, Tensor]]) -> dict[str, Any]:
    """What the clips of several seeds do; the interval is Wilson's, over the clips of all of them."""
    few, n = RATES[0], len(videos) * len(new)
    by_seed = [shown(video[few], new) for video in videos]
    right = round(len(new) * sum(each["motion"] for each in by_seed))
    low, high = wilson(right, n)
    share, filled = arm
    row: dict[str, Any] = {"share": share, "captioned clips": round(share * CLIPS), "of each batch": filled}
    row |= {"right": right, "of": n, "motion": round(right / n, 3), "interval": [round(low, 3), round(high, 3)]}
    row["by seed"] = [each["motion"] for each in by_seed]
    row["colour"] = round(sum(each["colour"] for each in by_seed) / len(by_seed), 3)
    steps = {rate: torch.cat([motion(video[rate]).norm(dim=1) for video in videos]) for rate in RATES}
    row["moves at all"] = round(float((steps[few] > 0.02).float().mean()), 3)
    row["step"] = {f"{rate:g}": round(float(steps[rate].mean()), 4) for rate in RATES}
    return row


def main(arguments: list[str]) -> int:
    torch.set_num_threads(1)
    steps = int(arguments[0]) if arguments else STEPS
    drawn, new = through_the_middle(CLIPS, seed=0), through_the_middle(NEW, seed=99)
    table: list[dict[str, Any]] = []
    clips: dict[str, Tensor] = {}
    for arm in ARMS:
        networks = [learn_motion(learn_pictures(drawn), drawn, arm, steps, seed=seed) for seed in SEEDS]
        videos = [{rate: made(network, new, rate) for rate in RATES} for network in networks]
        table.append(row_of(new, arm, videos))
        clips[" ".join(f"{each:g}" for each in arm)] = ((videos[0][RATES[0]][:4] + 1) * 127.5).round().to(torch.uint8)
        print(json.dumps(table[-1]), flush=True)
    true = {f"{rate:g}": float(motion(to_video(new.clips(SHAPE, fps=rate))).norm(dim=1).mean()) for rate in RATES}
    result = {
        "command": "python experiments/pictures_first.py" + (f" {steps}" if arguments else ""),
        "clips": CLIPS,
        "new clips": NEW,
        "seeds": len(SEEDS),
        "steps": {"pictures": PICTURE_STEPS, "clips": steps},
        "prompts": new.captions[:4],
        "true step": {rate: round(value, 4) for rate, value in true.items()},
        "shares": table,
    }
    save_file(clips, OUT / "pictures_first.safetensors")
    (OUT / "pictures_first.safetensors").chmod(0o644)
    with replacing(OUT / "pictures_first.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{time.process_time():.0f} s of processor time in all")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
