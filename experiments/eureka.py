"""Rewards that are written, tried inside a learnt world, and rewritten: for chapter 16.

    python experiments/eureka.py

After ``experiments/play.py``. Rewards evolve on some rooms: the actions that each likes best are sought in the learnt
world and scored in the true one. Then the best of them, a hand-written one and one that is easily hacked are compared
in new rooms, planned in the dream and in truth. Results go to ``data/ladder/eureka.json``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.eureka.evolve import evolve, grammar_writer
from minisora.eureka.features import features, score
from minisora.eureka.planner import candidates, imagined, search, truly
from minisora.eureka.program import Program, parse
from minisora.eureka.reflect import verdict
from minisora.files import replacing
from minisora.playing.dream import load_dreamer
from minisora.playing.world import State, new_states

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
FRAMES, ROOMS, NEW_ROOMS = 12, 12, 24
GENERATIONS, EACH = 4, 6
LEVEL = 0.0  #: Noise at which the dream remembers.
HAND = "-1 * distance(ball, goal) - 0.25 * distance(player, ball)"
REWARDS = {
    "the task itself": "-1 * distance(ball, goal)",
    "written by hand": HAND,
    "hacked": "1 * covered(goal)",
}
PRESSURE = (1, 2, 4, 8, 16, 32)  #: Numbers of random candidates of which the reward's favourite is taken.


def measured(reward: Program, state: State, worlds: dict[str, Any], rounds: int = 3) -> dict[str, Any]:
    """A reward's plans from each world, played in the true one."""
    row: dict[str, Any] = {"program": str(reward)}
    for name, world in worlds.items():
        plan = search(
            reward, world, state, frames=FRAMES, generator=Generator().manual_seed(21), rounds=rounds, each=24
        )
        cells, dreamt = truly(state, plan), world(state, plan)
        reached = score(cells)
        row[name] = {
            "score": round(float(reached.mean()), 4),
            "error": round(float(reached.std()) / len(reached) ** 0.5, 4),
            "on the goal": round(float((reached == 1).float().mean()), 4),
            "reward there": round(float(reward.total(features(dreamt)).mean()), 3),
            "reward in truth": round(float(reward.total(features(cells)).mean()), 3),
        }
    return row


def usual(state: State) -> Tensor:
    """What nobody sought: one random row of actions a room, in the true world, cells."""
    return truly(state, candidates(len(state), 1, FRAMES, Generator().manual_seed(22))[:, 0])


def pressure(reward: Program, state: State, dream: Any) -> list[dict[str, float]]:
    """Reward and score of the favourite of 1, 2, 4 ... random candidates, chosen in the dream and played in truth."""
    most = max(PRESSURE)
    actions = candidates(len(state), most, FRAMES, Generator().manual_seed(23))
    rewards = reward.total(features(dream(state.repeated(most), actions.flatten(0, 1)))).view(len(state), most)
    rows = []
    for n in PRESSURE:
        best = rewards[:, :n].argmax(1)
        chosen = actions[torch.arange(len(state)), best]
        cells = truly(state, chosen)
        row = {"candidates": n, "dreamt": float(rewards[:, :n].amax(1).mean())}
        row |= {"true": float(reward.total(features(cells)).mean()), "score": float(score(cells).mean())}
        rows.append({key: round(each, 4) for key, each in row.items()})
    return rows


def main() -> int:
    torch.set_num_threads(1)
    begin = time.process_time()
    network = load_dreamer(OUT / "play-clean.safetensors")
    dream = imagined(network, generator=Generator().manual_seed(20), history=LEVEL, steps=1)
    state, dice = new_states(ROOMS, Generator().manual_seed(30)), Generator().manual_seed(31)

    def plan(reward: Program) -> Tensor:
        return search(
            reward, dream, state, frames=FRAMES, generator=Generator().manual_seed(21), each=16, rounds=2, elite=4
        )

    generations = []
    for found in evolve(state, plan, grammar_writer(dice, each=EACH), generations=GENERATIONS):
        tried = [{"program": str(p), "score": round(s, 4)} for p, s in zip(found.programs, found.scores, strict=True)]
        reflection = [[round(each, 3) for each in row] for row in found.reflection.tolist()]
        generations.append({"best": str(found.best), "score": round(found.best_score, 4), "reflection": reflection})
        generations[-1]["tried"] = tried
        print(json.dumps({key: each for key, each in generations[-1].items() if key != "tried"}), flush=True)
    evolution = time.process_time() - begin
    new = new_states(NEW_ROOMS, Generator().manual_seed(32))
    nobody = usual(new)
    rewards = {"evolved": generations[-1]["best"], **REWARDS}
    rows = {}
    for name, text in rewards.items():
        reward = parse(text)
        row = measured(reward, new, {"dream": dream, "truth": truly})
        gained = float(reward.total(features(nobody)).mean()), float(score(nobody).mean())
        row["usual"] = {"reward": round(gained[0], 3), "score": round(gained[1], 4)}
        row["verdict"] = verdict(
            row["dream"]["reward there"], row["dream"]["reward in truth"], row["dream"]["score"], gained
        )
        rows[name] = row
        print(json.dumps({name: row}), flush=True)
    hard = {name: pressure(parse(rewards[name]), new, dream) for name in ("written by hand", "hacked")}
    result = {
        "command": "python experiments/eureka.py",
        "frames": FRAMES,
        "rooms": ROOMS,
        "new rooms": NEW_ROOMS,
        "seconds of evolution": round(evolution),
        "generations": generations,
        "rewards": rows,
        "pressure": hard,
    }
    with replacing(OUT / "eureka.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(hard), f"{time.process_time() - begin:.0f} s of processor time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
