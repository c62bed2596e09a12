"""A world to play in, learnt twice: from clean histories, and from noisy ones. For chapter 16.

    python experiments/play.py [STEPS]

Two small transformers see the same clips of a room with a ball that can be pushed, in the same order, with the same
noise: only the noise on the past differs. Then both dream a thousand frames, and each frame is compared with the rule.
Finished parts are kept in ``runs/play`` and not made again. Results go to ``data/ladder``: ``play.json``, and the two
networks.
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

from minisora.checkpoint import load_checkpoint, save_checkpoint
from minisora.files import replacing
from minisora.playing.dream import Dream, dream_of, load_dreamer
from minisora.playing.drift import drift
from minisora.playing.forcing import forcing_loss
from minisora.playing.network import FrameTransformer, FrameTransformerConfig
from minisora.playing.world import ACTIONS, State, busy_actions, draw, new_states, rollout
from minisora.training.small import train_small

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
RUNS = Path("runs/play")
STEPS, BATCH, FRAMES = 1500, 24, 5
CLIPS, BURN_IN = 6000, 8  #: Clips of nine frames, from rooms where up to so many steps have been made already.
#: Noise levels of the history in training go from 0 to this.
HISTORIES = {"clean": 0.0, "noisy": 0.5}
ROOMS, LONG = 32, 1000  #: Of the long dreams.
MARKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
#: (network, noise level at which its past is remembered)
WAYS = (("clean", 0.0), ("noisy", 0.0), ("noisy", 0.1), ("noisy", 0.2))


def clips(n: int, generator: Generator, frames: int = 9) -> tuple[Tensor, Tensor]:
    """Pictures ``n frames 3 18 18`` of busy players, and the actions that led to them, ``n frames``."""
    states, _ = busy_actions(new_states(n, generator), BURN_IN, generator)
    when = torch.randint(BURN_IN + 1, (n,), generator=generator)
    begin = State(
        torch.stack([state.player for state in states])[when, torch.arange(n)],
        torch.stack([state.ball for state in states])[when, torch.arange(n)],
        states[0].goal,
        states[0].walls,
    )
    path, actions = busy_actions(begin, frames - 1, generator)
    unknown = torch.full((n, 1), len(ACTIONS))
    return torch.stack([draw(state) for state in path], dim=1), torch.cat([unknown, actions], dim=1)


def learn(name: str, pictures: Tensor, actions: Tensor, steps: int) -> None:
    """Train one of the two, and save it."""
    config, dice = FrameTransformerConfig(), Generator().manual_seed(0)
    network = FrameTransformer(config, generator=dice)

    def loss_of(network: FrameTransformer) -> Tensor:
        rows = torch.randint(len(pictures), (BATCH,), generator=dice)
        first = torch.randint(pictures.shape[1] - FRAMES + 1, (BATCH,), generator=dice)
        window = first[:, None] + torch.arange(FRAMES)
        now = actions[rows[:, None], window]
        now[:, 0] = len(ACTIONS)  # nothing is known of what led to the first frame
        return forcing_loss(network, pictures[rows[:, None], window], now, history=HISTORIES[name], generator=dice)

    smooth, seconds = train_small(network, loss_of, steps=steps, watch=lambda n, loss: print(name, n, round(loss, 4)))
    card = {
        "kind": "play",
        "settings": asdict(config),
        "command": "python experiments/play.py",
        "history": HISTORIES[name],
        "steps": steps,
        "batch": BATCH,
        "clips": CLIPS,
        "seconds": round(seconds),
    }
    save_checkpoint(OUT, f"play-{name}", {key: each.half() for key, each in smooth.state_dict().items()}, card)


@torch.no_grad()
def long_dreams(name: str, level: float) -> dict[str, Any]:
    """A thousand frames in some rooms: what is left of them, at some frames (means since the mark before)."""
    network, dice = load_dreamer(OUT / f"play-{name}.safetensors"), Generator().manual_seed(16)
    start = new_states(ROOMS, dice)
    states, actions = busy_actions(start, LONG, dice)
    begin = time.perf_counter()
    pictures = dream_of(network, draw(start), actions, generator=dice, history=level)
    seconds = time.perf_counter() - begin
    found = drift(pictures, states)
    rows, before = [], 0
    for mark in MARKS:
        span = slice(before + 1, mark + 1)
        row = {key: round(float(each[:, span].float().mean()), 4) for key, each in found._asdict().items()}
        rows.append({"frame": mark} | row)
        before = mark
    wrong = ~found.true
    first = torch.where(wrong.any(1), wrong.float().argmax(1), LONG)
    return {
        "network": name,
        "level": level,
        "rows": rows,
        "frames until the first fault": sorted(first.tolist()),
        "seconds": round(seconds, 1),
    }


@torch.no_grad()
def one_step(name: str) -> dict[str, float]:
    """After a true past: share of next frames that are right to the last cell, by steps of denoising and by cause."""
    network, dice = load_dreamer(OUT / f"play-{name}.safetensors"), Generator().manual_seed(17)
    start = busy_actions(new_states(512, dice), 6, dice)[0][-1]  # by now some stand beside their ball
    states, actions = busy_actions(start, 1, dice)
    found = {}
    for steps in (1, 2, 4, 8):
        pictures = dream_of(network, draw(start), actions, generator=Generator().manual_seed(3), steps=steps)
        found[f"{steps} steps"] = round(float(drift(pictures, states).true[:, 1].float().mean()), 4)
    pushed = (states[1].ball != start.ball).any(1)
    pictures = dream_of(network, draw(start), actions, generator=Generator().manual_seed(3))
    right = drift(pictures, states).true[:, 1].float()
    return found | {"pushed": round(float(right[pushed].mean()), 4), "pushes": int(pushed.sum())}


@torch.no_grad()
def hidden_goal(name: str, level: float) -> list[dict[str, float]]:
    """A player stands on the goal for some frames and walks off: is the goal still there?"""
    network, dice = load_dreamer(OUT / f"play-{name}.safetensors"), Generator().manual_seed(18)
    rows = []
    for frames in (1, 2, 3, 4, 6, 9):
        start = new_states(1500, dice)
        beside = (start.player - start.goal).abs().sum(1) == 1
        start = start.rooms(beside & ~((start.ball - start.goal).abs().sum(1) <= 1))
        back = start.player - start.goal
        moves = torch.tensor([[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]])
        off = (moves[None] == back[:, None]).all(2).float().argmax(1)
        on = torch.tensor([0, 2, 1, 4, 3])[off]
        actions = torch.stack([on, *[torch.zeros_like(on)] * (frames - 1), off], dim=1)
        states = rollout(start, actions)
        pictures = dream_of(network, draw(start), actions, generator=dice, history=level)
        kept = drift(pictures, states).goal[:, -1].float()
        rows.append({"frames": frames, "kept": round(float(kept.mean()), 3), "rooms": len(start)})
    return rows


@torch.no_grad()
def speed(name: str) -> dict[str, float]:
    """Frames a second of one player on one core: by the clock, and by the processor's time where others use it, too."""
    network, dice = load_dreamer(OUT / f"play-{name}.safetensors"), Generator().manual_seed(19)
    found = {}
    for steps in (1, 2, 4):
        dream = Dream(network, draw(new_states(1, dice)), generator=dice, steps=steps)
        for _ in range(5):
            dream.step(torch.tensor([1]))
        begin, busy = time.perf_counter(), time.process_time()
        for _ in range(60):
            dream.step(torch.tensor([1]))
        found[f"{steps} steps, by the clock"] = round(60 / (time.perf_counter() - begin), 1)
        found[f"{steps} steps"] = round(60 / (time.process_time() - busy), 1)
    return found


def main(steps: int = STEPS) -> int:
    torch.set_num_threads(1)
    pictures, actions = clips(CLIPS, Generator().manual_seed(1))
    for name in HISTORIES:
        done = OUT / f"play-{name}.json"
        if not done.exists() or json.loads(done.read_text("utf-8"))["steps"] != steps:
            learn(name, pictures, actions, steps)
    cards = {name: load_checkpoint(OUT / f"play-{name}.safetensors")[1] for name in HISTORIES}
    result: dict[str, Any] = {
        "command": "python experiments/play.py",
        "training": {name: {key: card[key] for key in ("steps", "seconds")} for name, card in cards.items()},
        "one step": {name: one_step(name) for name in HISTORIES},
        "hidden goal": hidden_goal("noisy", 0.1),
        "frames a second": speed("noisy"),
        "rooms": ROOMS,
        "long": [],
    }
    RUNS.mkdir(parents=True, exist_ok=True)
    for name, level in WAYS:
        kept = RUNS / f"{name}-{level:g}-{cards[name]['sha256'][:12]}.json"
        if not kept.exists():
            found = long_dreams(name, level)
            with replacing(kept) as draft:
                draft.write_text(json.dumps(found) + "\n", encoding="utf-8")
        result["long"].append(json.loads(kept.read_text("utf-8")))
        print(json.dumps(result["long"][-1]["rows"][-1]), flush=True)
    with replacing(OUT / "play.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("one step", "hidden goal", "frames a second")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
