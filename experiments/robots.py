"""Can a robot learn in a dream? For chapter 18.

    python experiments/robots.py

After ``experiments/play.py``. A policy of 0.1 million numbers sees pictures of the room and imitates an expert in 60
rooms. Then it practises by reward: in the true world, or inside the learnt one, for the same number of rounds. All are
measured in 200 new rooms of the true world, beside an imitator of 600 rooms, a planner in the dream, one in truth, and
chance. And a robot that closes its eyes: it dreams so many steps ahead, and then does what it did there. Results go to
``data/ladder/robots.json``, the policies to ``robots-*.safetensors``.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor

from minisora.checkpoint import save_checkpoint
from minisora.eureka.planner import imagined, search, truly
from minisora.eureka.program import parse
from minisora.evaluation.metrics import wilson
from minisora.files import replacing
from minisora.playing.dream import load_dreamer
from minisora.playing.world import ACTIONS, State, new_states
from minisora.robots.clone import clone, demonstrations, solvable
from minisora.robots.measure import arrives, succeeds
from minisora.robots.policy import Policy, PolicyConfig, load_policy
from minisora.robots.practice import Truth, dreamt, play, practise

OUT = Path(__file__).resolve().parents[1] / "data" / "ladder"
WITHIN, TESTED, PLANNED = 24, 200, 40
FEW, MANY, CLONING, ROUNDS, FRAMES = 60, 600, 1000, 80, 16
AHEAD = (2, 4, 8, 12, 16, 24)
REWARD = "-1 * distance(ball, goal) - 0.25 * distance(player, ball)"


def imitator(rooms: int) -> Policy:
    pictures, actions = demonstrations(rooms, Generator().manual_seed(1), within=WITHIN)
    policy = Policy(PolicyConfig(), generator=Generator().manual_seed(0))
    return clone(policy, pictures, actions, steps=CLONING, generator=Generator().manual_seed(2))


def trained(name: str) -> Policy:
    """A policy by its name: made, and kept with its card; what is there is not made again."""
    path = OUT / f"robots-{name}.safetensors"
    if path.exists():
        return load_policy(path)
    begin, curve = time.process_time(), []
    if name in ("few", "many"):
        policy = imitator(FEW if name == "few" else MANY)
    else:
        policy, dice = copy.deepcopy(trained("few")).train().requires_grad_(True), Generator().manual_seed(3)
        network = load_dreamer(OUT / "play-clean.safetensors")
        world = Truth if name == "truth" else dreamt(network, generator=Generator().manual_seed(4))

        def watch(turn: int, reward: float, arrived: float) -> None:
            curve.append([turn, round(reward, 3), round(arrived, 3)])
            if turn % 10 == 0:
                print(name, *curve[-1], flush=True)

        practise(
            policy, world, lambda n: new_states(n, dice), rounds=ROUNDS, frames=FRAMES, generator=dice, watch=watch
        )
    seconds = time.process_time() - begin
    card = {"kind": "robot", "settings": asdict(policy.config), "command": "python experiments/robots.py"}
    card |= {"learnt from": name, "seconds": round(seconds), "curve": curve}
    tensors = {key: each.detach().half() for key, each in policy.state_dict().items()}
    save_checkpoint(OUT, f"robots-{name}", tensors, card)
    return load_policy(path)


def share(right: Tensor) -> dict[str, Any]:
    low, high = wilson(int(right.sum()), len(right))
    return {"right": int(right.sum()), "of": len(right), "low": round(low, 3), "high": round(high, 3)}


def eyes_closed(policy: Policy, rooms: State, ahead: int) -> dict[str, int]:
    """What arrives in the dream within so many steps, and of it in truth, by the same actions without looking again."""
    network = load_dreamer(OUT / "play-clean.safetensors")
    begin = dreamt(network, generator=Generator().manual_seed(6))
    episode = play(policy, begin, rooms, frames=ahead, generator=None)
    true = arrives(rooms, episode.actions)
    looking = succeeds(policy, rooms, frames=ahead)
    both = int((episode.arrived & true).sum())
    return {"steps": ahead, "dreamt": int(episode.arrived.sum()), "of them true": both, "eyes open": int(looking.sum())}


def main() -> int:
    torch.set_num_threads(1)
    policies = {name: trained(name) for name in ("few", "many", "dream", "truth")}
    rooms, _ = solvable(TESTED, Generator().manual_seed(5), within=WITHIN)
    result: dict[str, Any] = {"command": "python experiments/robots.py", "within": WITHIN}
    dice = Generator().manual_seed(9)
    chance = torch.randint(len(ACTIONS), (TESTED, WITHIN), generator=dice)
    rows = {"chance": share(arrives(rooms, chance))}
    rows |= {name: share(succeeds(policy, rooms, frames=WITHIN)) for name, policy in policies.items()}
    few = rooms.rooms(slice(0, PLANNED))
    network, reward = load_dreamer(OUT / "play-clean.safetensors"), parse(REWARD)
    dream = imagined(network, generator=Generator().manual_seed(20), steps=1)
    for name, world in (("planned in the dream", dream), ("planned in truth", truly)):
        plan = search(reward, world, few, frames=WITHIN, generator=Generator().manual_seed(21), each=24, rounds=3)
        rows[name] = share(arrives(few, plan))
    result["success"] = rows
    result["eyes closed"] = [eyes_closed(policies["dream"], rooms, ahead) for ahead in AHEAD]
    cards = {name: json.loads((OUT / f"robots-{name}.json").read_text("utf-8")) for name in policies}
    result["seconds"] = {name: card["seconds"] for name, card in cards.items()}
    result["curves"] = {name: cards[name]["curve"] for name in ("dream", "truth")}
    result |= {"demonstrations": {"few": FEW, "many": MANY}, "rounds": ROUNDS, "frames": FRAMES}
    with replacing(OUT / "robots.json") as draft:
        draft.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({key: result[key] for key in ("success", "eyes closed", "seconds")}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
